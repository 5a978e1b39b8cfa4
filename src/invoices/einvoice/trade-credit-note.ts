import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';
import { localDate } from '../wording/local-date.ts';
import { taxNote } from './tax-note.ts';
import type { TradeCharge, TradeDocument, TradeLine } from './trade-document.ts';
import { netLine } from './trade-invoice.ts';

/** A credit note in the terms of EN 16931: its amounts are positive where they are given back. */
export function tradeCreditNote(snapshot: CreditNoteSnapshot): TradeDocument {
  const { customer, billTo, invoice, shipping, timezone, currency, pricesIncludeTax } = snapshot;
  const lines = snapshot.lines.map((line) =>
    netLine(line, [{ reason: 'Discount', amountMinor: line.discountMinor }], pricesIncludeTax),
  );
  const charges = chargesOf(snapshot);
  const taxes = taxNote(shipping ? [...snapshot.lines, shipping] : snapshot.lines, currency);
  return {
    kind: 'credit_note',
    number: snapshot.number,
    issuedOn: localDate(snapshot.issuedAt, timezone),
    currency,
    note: [snapshot.reason, taxes].filter((part) => part !== null).join('. '),
    orderNumber: snapshot.order.number,
    invoice: { number: invoice.number, issuedOn: localDate(invoice.issuedAt, timezone) },
    seller: snapshot.seller,
    buyer: { id: customer.id, email: customer.email, party: billTo },
    deliverTo: snapshot.shipTo,
    // A credit note has to have a line: without goods, what is given back is one.
    lines: lines.length > 0 ? lines : charges.filter(isGivenBack).map(chargeAsLine),
    charges: lines.length > 0 ? charges : charges.filter((charge) => !isGivenBack(charge)),
    roundingMinor: snapshot.roundingMinor,
    prepaidMinor: 0,
  };
}

function chargesOf({ shipping, goodwillMinor, deductions }: CreditNoteSnapshot): TradeCharge[] {
  return [
    ...(shipping ? [{ reason: 'Shipping', netMinor: shipping.taxableMinor, taxes: shipping.taxes }] : []),
    { reason: 'Goodwill', netMinor: goodwillMinor, taxes: [], isOutsideTax: true },
    ...deductions.map(({ description, amountMinor }) => ({
      reason: description,
      netMinor: -amountMinor,
      taxes: [],
      isOutsideTax: true,
    })),
  ].filter(({ netMinor }) => netMinor !== 0);
}

function isGivenBack({ netMinor }: TradeCharge): boolean {
  return netMinor > 0;
}

function chargeAsLine({ reason, netMinor, taxes, isOutsideTax }: TradeCharge, index: number): TradeLine {
  return {
    id: String(index + 1),
    sku: reason,
    title: reason,
    commodityCode: null,
    quantity: 1,
    grossMinor: netMinor,
    allowances: [],
    netMinor,
    taxes,
    ...(isOutsideTax === undefined ? {} : { isOutsideTax }),
  };
}
