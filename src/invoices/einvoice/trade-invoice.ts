import type { InvoiceSnapshot, PricedInvoiceLine } from '../../domain/papers/invoice.ts';
import { inVersion2 } from '../../domain/papers/invoice-versions.ts';
import { shareOf } from '../../domain/pricing/share.ts';
import { localDate } from '../wording/local-date.ts';
import { taxNote } from './tax-note.ts';
import type { TradeDocument, TradeLine } from './trade-document.ts';

/** An invoice in the terms of EN 16931. Orders ship once they are paid, so nothing is due. */
export function tradeInvoice(snapshot: InvoiceSnapshot): TradeDocument {
  const priced = inVersion2(snapshot);
  const { customer, billTo, shipping } = priced;
  const lines = priced.lines.map((line) => tradeLine(line, priced.pricesIncludeTax));
  return {
    kind: 'invoice',
    number: priced.number,
    issuedOn: localDate(priced.issuedAt, priced.timezone),
    currency: priced.currency,
    note: taxNote(shipping ? [...priced.lines, shipping] : priced.lines, priced.currency),
    orderNumber: priced.order.number,
    invoice: null,
    seller: priced.seller,
    buyer: { id: customer.id, email: customer.email, party: billTo },
    deliverTo: priced.shipTo,
    lines,
    charges: shipping ? [{ reason: 'Shipping', netMinor: shipping.taxableMinor, taxes: shipping.taxes }] : [],
    roundingMinor: priced.roundingMinor,
    prepaidMinor: priced.totalMinor,
  };
}

function tradeLine(line: PricedInvoiceLine, pricesIncludeTax: boolean): TradeLine {
  const discounts = [
    { reason: 'Discount', amountMinor: line.discountMinor },
    { reason: 'Discount on the order', amountMinor: line.orderDiscountMinor },
  ];
  return netLine(line, discounts, pricesIncludeTax);
}

type LineFacts = Omit<PricedInvoiceLine, 'discountMinor' | 'orderDiscountMinor'>;

/** A line as it is without tax; of a discount that includes tax, the part that the taxable value is of the total. */
export function netLine(line: LineFacts, discounts: TradeLine['allowances'], pricesIncludeTax: boolean): TradeLine {
  const { taxableMinor, totalMinor } = line;
  const netOf = (amountMinor: number) =>
    pricesIncludeTax && totalMinor > 0 ? shareOf(amountMinor, taxableMinor, totalMinor) : amountMinor;
  const allowances = discounts
    .map(({ reason, amountMinor }) => ({ reason, amountMinor: netOf(amountMinor) }))
    .filter(({ amountMinor }) => amountMinor > 0);
  return {
    id: String(line.lineNumber),
    sku: line.sku,
    title: line.title,
    commodityCode: line.commodityCode,
    quantity: line.quantity,
    grossMinor: allowances.reduce((sum, { amountMinor }) => sum + amountMinor, taxableMinor),
    allowances,
    netMinor: taxableMinor,
    taxes: line.taxes,
  };
}
