import type { InvoiceSnapshotV2, PricedInvoiceLine } from '../../domain/papers/invoice.ts';
import type { Paper } from '../pages/paper.ts';
import { amountInWords } from '../wording/amount-in-words.ts';
import type { Wording } from '../wording/wording.ts';
import { issuerInPlace, partiesOf } from './parties.ts';
import { pricedLines, type PricedLine } from './priced-lines.ts';
import { noteLines, reverseChargeDetails, supplyDetails } from './supply.ts';
import { sumsOf, type NamedAmount } from './sums.ts';
import { taxSummary } from './tax-summary.ts';

/** An invoice with taxes, discounts, shipping or a named buyer: a tax invoice by Rule 46 of India's CGST Rules 2017. */
export function pricedInvoice(snapshot: InvoiceSnapshotV2, wording: Wording): Paper {
  const { shown, money, date } = wording;
  const { seller, order, shipping, roundingMinor, totalMinor, currency, pricesIncludeTax } = snapshot;
  const lines = snapshot.lines.map(pricedLine);
  const rounding = { label: 'Rounding', amountMinor: roundingMinor };
  return {
    title: seller.taxId === null ? 'Invoice' : 'Tax invoice',
    number: shown(snapshot.number),
    seller: issuerInPlace(seller, shown),
    details: [
      ['Invoice number', shown(snapshot.number)],
      ['Date of issue', date(snapshot.issuedAt)],
      ['Order', shown(order.number)],
      ['Order date', date(order.placedAt)],
      ...supplyDetails(snapshot, shown),
      ...reverseChargeDetails(snapshot),
    ],
    parties: partiesOf(snapshot, shown),
    lines: pricedLines(lines, wording),
    sums: sumsOf({ pricesIncludeTax, lines, discounts: discountsOf(snapshot), shipping, others: [rounding] }, wording),
    total: { label: 'Total', figure: money(totalMinor) },
    totalInWords: shown(amountInWords(totalMinor, currency)),
    summaries: taxSummary(shipping ? [...lines, shipping] : lines, wording),
    notes: noteLines(snapshot),
    code: undefined,
  };
}

function pricedLine(line: PricedInvoiceLine): PricedLine {
  return { ...line, discountMinor: line.discountMinor + line.orderDiscountMinor };
}

/** Those of the lines in one sum, that of the order in another. */
function discountsOf({ lines }: InvoiceSnapshotV2): NamedAmount[] {
  const sum = (discountOf: (line: PricedInvoiceLine) => number) =>
    -lines.reduce((total, line) => total + discountOf(line), 0);
  return [
    { label: 'Discounts on items', amountMinor: sum(({ discountMinor }) => discountMinor) },
    { label: 'Discount on the order', amountMinor: sum(({ orderDiscountMinor }) => orderDiscountMinor) },
  ];
}
