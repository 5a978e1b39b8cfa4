import { wrap, type Style, type Typeface } from '../wording/text-layout.ts';

/** What stands before a figure and says what it is of. */
export interface Label {
  readonly label: string;
  /** Of a tax, after its name. */
  readonly rate?: string;
}

/** A label on one line no wider than `width` points: a name that is too long is cut off with an ellipsis, a rate never. */
export function labelLine({ label, rate }: Label, width: number, style: Style, typeface: Typeface): string {
  const ending = rate === undefined ? '' : ` ${rate}`;
  const [name = ''] = wrap(label, width - typeface.widthOf(ending, style), style, typeface, 1);
  return name + ending;
}
