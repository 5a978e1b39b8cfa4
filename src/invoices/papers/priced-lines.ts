import type { CreditNoteLine } from '../../domain/papers/credit-note.ts';
import type { Tax } from '../../domain/pricing/tax.ts';
import { placeColumns, type ColumnPlan } from '../pages/columns.ts';
import type { Cell, CellText, Table, TableStyle } from '../pages/table.ts';
import type { Wording } from '../wording/wording.ts';

/** A line of a credit note, or of an invoice in its terms: the line's own discount and its share of the order's in one. */
export type PricedLine = CreditNoteLine;

interface LineColumn extends ColumnPlan {
  readonly cell: (line: PricedLine, wording: Wording) => Cell;
}

export const FINE_PRINT: TableStyle = { cell: { size: 7.2, bold: false }, lineHeight: 9.8, mostLinesInRow: 60 };

const NUMBER: LineColumn = {
  heading: 'No.',
  width: 18,
  numeric: false,
  cell: ({ lineNumber }) => [{ text: String(lineNumber) }],
};
const DESCRIPTION: LineColumn = {
  heading: 'Description',
  width: 'rest',
  numeric: false,
  cell: ({ title, sku }, { shown }) => [{ text: shown(title) }, { text: shown(sku), grey: true }],
};
const COMMODITY_CODE: LineColumn = {
  heading: 'HSN/SAC',
  width: 38,
  numeric: false,
  cell: ({ commodityCode }, { shown }) => [{ text: shown(commodityCode ?? '') }],
};
const QUANTITY: LineColumn = {
  heading: 'Qty',
  width: 24,
  numeric: true,
  cell: ({ quantity }, { count }) => [{ figure: count(quantity) }],
};
const UNIT_PRICE: LineColumn = {
  heading: 'Unit price',
  width: 48,
  numeric: true,
  cell: ({ unitPriceMinor }, { figure }) => [{ figure: figure(unitPriceMinor) }],
};
const DISCOUNT: LineColumn = {
  heading: 'Discount',
  width: 44,
  numeric: true,
  cell: ({ discountMinor }, { figure }) => [{ figure: discountMinor === 0 ? '' : figure(-discountMinor) }],
};
const TAXABLE: LineColumn = {
  heading: 'Taxable value',
  width: 54,
  numeric: true,
  cell: ({ taxableMinor }, { figure }) => [{ figure: figure(taxableMinor) }],
};
const TAX: LineColumn = {
  heading: 'Tax',
  width: 84,
  numeric: true,
  cell: ({ taxes }, wording) => taxes.map((tax) => taxText(tax, wording)),
};
const TOTAL: LineColumn = {
  heading: 'Amount',
  width: 52,
  numeric: true,
  cell: ({ totalMinor }, { figure }) => [{ figure: figure(totalMinor) }],
};

/** The lines of a document, with a column for each thing that any of them has. */
export function pricedLines(lines: readonly PricedLine[], wording: Wording): Table {
  const isTaxed = lines.some(({ taxes }) => taxes.length > 0);
  const plan = [
    NUMBER,
    DESCRIPTION,
    ...(lines.some(({ commodityCode }) => commodityCode !== null) ? [COMMODITY_CODE] : []),
    QUANTITY,
    UNIT_PRICE,
    ...(lines.some(({ discountMinor }) => discountMinor > 0) ? [DISCOUNT] : []),
    ...(isTaxed ? [TAXABLE, TAX] : []),
    TOTAL,
  ];
  return {
    columns: placeColumns(plan),
    rows: lines.map((line) => plan.map(({ cell }) => cell(line, wording))),
    style: FINE_PRINT,
  };
}

/** `CGST 9%` at the left, its amount at the right. */
export function taxText({ name, rateBp, amountMinor }: Tax, { shown, rate, figure }: Wording): CellText {
  return { label: shown(name), rate: rate(rateBp), figure: figure(amountMinor) };
}
