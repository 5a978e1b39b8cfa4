import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';
import type { Paper } from '../pages/paper.ts';
import { amountInWords } from '../wording/amount-in-words.ts';
import type { Wording } from '../wording/wording.ts';
import { issuerInPlace, partiesOf } from './parties.ts';
import { pricedLines } from './priced-lines.ts';
import { supplyDetails, noteLines } from './supply.ts';
import { sumsOf, type NamedAmount } from './sums.ts';
import { taxSummary } from './tax-summary.ts';

/** What an invoice takes back, for a refund: a credit note by Rule 53(1A) of India's CGST Rules 2017. */
export function creditNote(snapshot: CreditNoteSnapshot, wording: Wording): Paper {
  const { shown, money, date } = wording;
  const { seller, order, invoice, lines, shipping, totalMinor, currency, pricesIncludeTax } = snapshot;
  const discounts = [
    { label: 'Discounts', amountMinor: -lines.reduce((sum, { discountMinor }) => sum + discountMinor, 0) },
  ];
  const taxedShipping = shipping && { ...shipping, commodityCode: null };
  return {
    title: 'Credit note',
    number: shown(snapshot.number),
    seller: issuerInPlace(seller, shown),
    details: [
      ['Credit note number', shown(snapshot.number)],
      ['Date of issue', date(snapshot.issuedAt)],
      ['Invoice', shown(invoice.number)],
      ['Invoice date', date(invoice.issuedAt)],
      ['Order', shown(order.number)],
      ...supplyDetails(snapshot, shown),
    ],
    parties: partiesOf(snapshot, shown),
    lines: pricedLines(lines, wording),
    sums: sumsOf({ pricesIncludeTax, lines, discounts, shipping, others: othersOf(snapshot) }, wording),
    total: { label: 'Total', figure: money(totalMinor) },
    totalInWords: shown(amountInWords(totalMinor, currency)),
    summaries: taxSummary(taxedShipping ? [...lines, taxedShipping] : lines, wording),
    notes: [`Reason: ${snapshot.reason}`, ...noteLines(snapshot)].map(shown),
    code: undefined,
  };
}

function othersOf(snapshot: CreditNoteSnapshot): NamedAmount[] {
  const { roundingMinor, goodwillMinor, deductions } = snapshot;
  return [
    ...deductions.map(({ description, amountMinor }) => ({ label: description, amountMinor: -amountMinor })),
    { label: 'Goodwill', amountMinor: goodwillMinor },
    { label: 'Rounding', amountMinor: roundingMinor + roundingOfLines(snapshot) },
  ];
}

/** What units of so few minor units that each part of them is rounded down are worth more or less than their prices. */
function roundingOfLines({ lines, pricesIncludeTax }: CreditNoteSnapshot): number {
  return lines.reduce((sum, { amountMinor, discountMinor, taxableMinor, totalMinor }) => {
    const paidMinor = pricesIncludeTax ? totalMinor : taxableMinor;
    return sum + paidMinor - (amountMinor - discountMinor);
  }, 0);
}
