import { fitted, type Style, type Typeface } from '../wording/text-layout.ts';

/** A4, in points of 1/72 inch, from the top left corner. */
export const PAGE = { width: 595.28, height: 841.89, margin: 48 } as const;

export const LEFT = PAGE.margin;
export const RIGHT = PAGE.width - PAGE.margin;
export const WIDTH = RIGHT - LEFT;

/** Rows and totals end above it, the footer stands below it. */
export const BODY_END_Y = PAGE.height - PAGE.margin - 10;

export type Mark = TextMark | RuleMark | SquaresMark;

export interface TextMark extends Style {
  readonly kind: 'text';
  /** Left edge; of right-aligned text too, whose width is known. */
  readonly x: number;
  /** Top of the line. */
  readonly y: number;
  readonly text: string;
  readonly grey: boolean;
}

export interface RuleMark {
  readonly kind: 'rule';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly thick: boolean;
}

/** Dark squares on the light paper, in rows from the top: a QR code. */
export interface SquaresMark {
  readonly kind: 'squares';
  readonly x: number;
  readonly y: number;
  /** Of the whole. */
  readonly width: number;
  readonly rows: readonly (readonly boolean[])[];
}

/** One page while it is laid out. */
export class Page {
  readonly marks: Mark[] = [];
  readonly #typeface: Typeface;

  constructor(typeface: Typeface) {
    this.#typeface = typeface;
  }

  text(x: number, y: number, text: string, style: Style, grey = false): void {
    this.marks.push({ kind: 'text', x, y, text, grey, ...style });
  }

  /** Ends at `right`, and is made smaller where it would begin more than `width` before it. */
  textRight(right: number, y: number, text: string, style: Style, grey = false, width = WIDTH): void {
    const fitting = fitted(text, width, style, this.#typeface);
    this.text(right - this.#typeface.widthOf(text, fitting), y, text, fitting, grey);
  }

  squares(x: number, y: number, width: number, rows: readonly (readonly boolean[])[]): void {
    this.marks.push({ kind: 'squares', x, y, width, rows });
  }

  rule(y: number, thick: boolean): void {
    this.marks.push({ kind: 'rule', x: LEFT, y, width: WIDTH, thick });
  }
}
