import { wrap, type Style, type Typeface } from '../wording/text-layout.ts';
import { labelLine, type Label } from './label.ts';
import { SMALL } from './styles.ts';
import type { Page } from './page.ts';

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly style: TableStyle;
}

export interface Column {
  readonly heading: string;
  readonly x: number;
  readonly width: number;
  /** The heading stands at the right edge, as the figures below it do. */
  readonly numeric: boolean;
}

export type Cell = readonly CellText[];

/**
 * A text is wrapped within its column. A figure stands at the right edge on one line, made smaller rather than wrapped,
 * with its label, if it has one, at the left.
 */
export type CellText =
  | { readonly text: string; readonly grey?: boolean; readonly bold?: boolean }
  | (Partial<Label> & { readonly figure: string; readonly grey?: boolean; readonly bold?: boolean });

export interface TableStyle {
  readonly cell: Style;
  readonly lineHeight: number;
  /** A row has to fit on a page: what is past this is cut off. */
  readonly mostLinesInRow: number;
}

/** A row of a table, broken into lines. */
export interface Row {
  readonly cells: readonly { readonly column: Column; readonly lines: Cell }[];
  readonly height: number;
}

const LABEL_GAP = 3;
const MOST_OF_WIDTH_FOR_LABEL = 0.55;
const ROW_PADDING = 6;
const RULE_BELOW_HEADER = 14;

export const TABLE_HEADER_HEIGHT = 19;

export function drawTableHeader(page: Page, y: number, { columns }: Table): number {
  for (const { heading, x, width, numeric } of columns) {
    if (numeric) page.textRight(x + width, y, heading, SMALL, true, width);
    else page.text(x, y, heading, SMALL, true);
  }
  page.rule(y + RULE_BELOW_HEADER, true);
  return y + TABLE_HEADER_HEIGHT;
}

export function layOutRow(row: readonly Cell[], { columns, style }: Table, typeface: Typeface): Row {
  const cells = columns.map((column, index) => ({
    column,
    lines: (row[index] ?? []).flatMap((each) => linesOf(each, column, style, typeface)).slice(0, style.mostLinesInRow),
  }));
  const mostLines = Math.max(...cells.map(({ lines }) => lines.length));
  return { cells, height: mostLines * style.lineHeight + ROW_PADDING };
}

function linesOf(each: CellText, { width }: Column, style: TableStyle, typeface: Typeface): CellText[] {
  if ('figure' in each) {
    const { label, rate, ...figure } = each;
    if (label === undefined) return [figure];
    return [{ ...figure, label: labelLine({ label, rate }, width * MOST_OF_WIDTH_FOR_LABEL, style.cell, typeface) }];
  }
  const lines = wrap(each.text, width, style.cell, typeface, style.mostLinesInRow);
  return lines.map((text) => ({ ...each, text }));
}

export function drawRow(page: Page, y: number, { cells, height }: Row, style: TableStyle, typeface: Typeface): number {
  for (const { column, lines } of cells) {
    for (const [index, line] of lines.entries()) {
      drawCellText(page, column, y + index * style.lineHeight, line, style.cell, typeface);
    }
  }
  page.rule(y + height - ROW_PADDING / 2, false);
  return y + height;
}

function drawCellText(page: Page, column: Column, y: number, line: CellText, cell: Style, typeface: Typeface): void {
  const { x, width } = column;
  const style = line.bold === true ? { ...cell, bold: true } : cell;
  if ('text' in line) {
    page.text(x, y, line.text, style, line.grey);
    return;
  }
  const labelWidth = line.label === undefined ? 0 : typeface.widthOf(line.label, cell) + LABEL_GAP;
  if (line.label !== undefined) page.text(x, y, line.label, cell, true);
  page.textRight(x + width, y, line.figure, style, line.grey, width - labelWidth);
}
