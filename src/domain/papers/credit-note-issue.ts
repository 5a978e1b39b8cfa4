import type { CreditNoteLine, CreditNoteSnapshot } from './credit-note.ts';
import { nothingFollows, type Circumstances, type Consequence } from '../decision.ts';
import { financialYearOf, invoiceNumber } from './invoice-issue.ts';
import type { CreditNote, Invoice, Order } from '../orders/order.ts';
import { sumOf } from '../pricing/share.ts';
import { taxMinorOf } from '../pricing/tax.ts';
import type { LineCredit, ReturnCredit } from '../refunds/return-credit.ts';

/** What a credit note is about: the goods of a return, or money given back without any. */
export type CreditNoteOccasion =
  | { readonly returnId: number; readonly credit: ReturnCredit; readonly reason: string }
  | { readonly refundId: number; readonly goodwillMinor: number; readonly reason: string };

/**
 * The credit note of a refund, with the next number of its series. It is issued as soon as there are both the refund and
 * the invoice, and not when the gateway has paid: from then on the money is owed to the customer and the sale is taken
 * back, however often the gateway has to be asked. An order that has no invoice gets none.
 */
export function issueCreditNote(order: Order, occasion: CreditNoteOccasion, circumstances: Circumstances): Consequence {
  if (!order.invoice) return nothingFollows(order);
  const { now, invoicePolicy } = circumstances;
  const financialYear = financialYearOf(now, invoicePolicy);
  const sequenceNumber = circumstances.nextCreditNoteSequence();
  const number = invoiceNumber(invoicePolicy.creditNotePrefix, financialYear, sequenceNumber);
  const creditNote: CreditNote = {
    id: circumstances.nextId(),
    number,
    financialYear,
    sequenceNumber,
    returnId: 'returnId' in occasion ? occasion.returnId : null,
    refundId: 'refundId' in occasion ? occasion.refundId : null,
    snapshot: snapshotOf(order, order.invoice, number, occasion, circumstances),
    issuedAt: now,
    renderedAt: null,
    emailedAt: null,
  };
  return {
    order: { ...order, creditNotes: [...order.creditNotes, creditNote] },
    transitions: [],
    jobs: [{ kind: 'credit_note.render', subjectId: creditNote.id }],
  };
}

function snapshotOf(
  order: Order,
  invoice: Invoice,
  number: string,
  occasion: CreditNoteOccasion,
  { now, invoicePolicy: policy }: Circumstances,
): CreditNoteSnapshot {
  const credit = 'credit' in occasion ? occasion.credit : undefined;
  const goodwillMinor = 'goodwillMinor' in occasion ? occasion.goodwillMinor : 0;
  const amounts = [...(credit?.lines.map(({ worth }) => worth) ?? []), ...(credit?.shipping ? [credit.shipping] : [])];
  return {
    version: 1,
    number,
    issuedAt: now.toISOString(),
    timezone: policy.timezone,
    locale: policy.locale,
    currency: order.currency,
    seller: policy.seller,
    customer: { id: order.customerId, email: order.customerEmail },
    order: { number: order.orderNumber, placedAt: order.placedAt.toISOString() },
    invoice: { number: invoice.number, issuedAt: invoice.issuedAt.toISOString() },
    reason: occasion.reason,
    billTo: order.billTo,
    shipTo: order.shipTo,
    placeOfSupply: order.placeOfSupply,
    pricesIncludeTax: order.pricing.pricesIncludeTax,
    lines: credit?.lines.map(lineOf) ?? [],
    shipping: credit?.shipping ?? null,
    roundingMinor: credit?.roundingMinor ?? 0,
    goodwillMinor,
    deductions: credit?.deductions ?? [],
    taxableMinor: sumOf(amounts.map(({ taxableMinor }) => taxableMinor)),
    taxMinor: sumOf(amounts.map(taxMinorOf)),
    totalMinor: credit?.totalMinor ?? goodwillMinor,
  };
}

function lineOf({ item, worth }: LineCredit): CreditNoteLine {
  const { lineNumber, sku, title, unitPriceMinor, commodityCode } = item;
  return {
    lineNumber,
    sku,
    title,
    unitPriceMinor,
    amountMinor: worth.quantity * unitPriceMinor,
    ...worth,
    commodityCode,
  };
}
