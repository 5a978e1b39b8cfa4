import type { InvoiceLine, InvoiceSnapshot } from '../../domain/papers/invoice.ts';
import { LEFT, RIGHT } from '../pages/page.ts';
import type { Paper } from '../pages/paper.ts';
import type { Cell, Column, TableStyle } from '../pages/table.ts';
import { amountInWords } from '../wording/amount-in-words.ts';
import type { Wording } from '../wording/wording.ts';
import { issuerOf } from './parties.ts';

export const COLUMNS = {
  number: { heading: 'No.', x: LEFT, width: 28, numeric: false },
  sku: { heading: 'SKU', x: LEFT + 34, width: 70, numeric: false },
  title: { heading: 'Description', x: LEFT + 110, width: 174, numeric: false },
  quantity: { heading: 'Quantity', x: LEFT + 290, width: 44, numeric: true },
  unitPrice: { heading: 'Unit price', x: LEFT + 340, width: 72, numeric: true },
  amount: { heading: 'Amount', x: LEFT + 418, width: RIGHT - LEFT - 418, numeric: true },
} as const satisfies Record<string, Column>;

/** A description of 1,000 of the widest letters fits in a row. */
const STYLE: TableStyle = { cell: { size: 8.5, bold: false }, lineHeight: 11.5, mostLinesInRow: 54 };

/** An invoice that knows of no tax, discount or shipping. Issued papers look as they did: nothing here may move. */
export function plainInvoice(snapshot: InvoiceSnapshot, wording: Wording): Paper {
  const { shown, money } = wording;
  const { seller, customer, order, lines, totalMinor, currency } = snapshot;
  return {
    title: seller.taxId === null ? 'Invoice' : 'Tax invoice',
    number: shown(snapshot.number),
    seller: issuerOf(seller, 'GSTIN / Tax ID', shown),
    details: [
      ['Invoice number', shown(snapshot.number)],
      ['Date of issue', wording.date(snapshot.issuedAt)],
      ['Order', shown(order.number)],
      ['Order date', wording.date(order.placedAt)],
    ],
    parties: [
      {
        heading: 'Bill to',
        name: shown(customer.id),
        address: [],
        contact: customer.email === null ? [] : [shown(customer.email)],
      },
    ],
    lines: {
      columns: Object.values(COLUMNS),
      rows: lines.map((line) => rowOf(line, wording)),
      style: STYLE,
    },
    sums: [],
    total: { label: 'Total', figure: money(totalMinor) },
    totalInWords: shown(amountInWords(totalMinor, currency)),
    summaries: [],
    notes: [],
    code: undefined,
  };
}

function rowOf(line: InvoiceLine, { shown, money, count }: Wording): Cell[] {
  return [
    [{ text: String(line.lineNumber) }],
    [{ text: shown(line.sku) }],
    [{ text: shown(line.title) }],
    [{ figure: count(line.quantity) }],
    [{ figure: money(line.unitPriceMinor) }],
    [{ figure: money(line.amountMinor) }],
  ];
}
