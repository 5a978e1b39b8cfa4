import type { InvoicePolicy, InvoiceSnapshotV2 } from './invoice.ts';
import type { Circumstances } from '../decision.ts';
import type { Invoice, Order } from '../orders/order.ts';
import type { InvoicedShipping, Shipping } from '../pricing/facts.ts';
import { sumOf } from '../pricing/share.ts';

/** Digits that fit behind a prefix of three, the year and the slash in the sixteen characters that GST allows. */
const SEQUENCE_DIGITS = 8;

/** The financial year of an instant as its two years' last digits: `2627` for April 2026 to March 2027. */
export function financialYearOf(
  instant: Date,
  policy: Pick<InvoicePolicy, 'timezone' | 'financialYearStartMonth'>,
): string {
  const { year, month } = localYearAndMonth(instant, policy.timezone);
  const startYear = month >= policy.financialYearStartMonth ? year : year - 1;
  const endYear = policy.financialYearStartMonth === 1 ? startYear : startYear + 1;
  return twoDigits(startYear) + twoDigits(endYear);
}

/**
 * `INV2627/00000042`: consecutive within a financial year and at most sixteen characters (Rule 46(b), CGST Rules 2017).
 *
 * @throws RangeError past 99,999,999 invoices in a year
 */
export function invoiceNumber(prefix: string, financialYear: string, sequenceNumber: number): string {
  const digits = String(sequenceNumber).padStart(SEQUENCE_DIGITS, '0');
  if (digits.length > SEQUENCE_DIGITS) throw new RangeError(`the invoice series of ${financialYear} is used up`);
  return `${prefix}${financialYear}/${digits}`;
}

/** The invoice of an order that ships now, with the next number of its series. */
export function issueInvoice(order: Order, circumstances: Circumstances): Invoice {
  const { now, invoicePolicy } = circumstances;
  const financialYear = financialYearOf(now, invoicePolicy);
  const sequenceNumber = circumstances.nextInvoiceSequence();
  const number = invoiceNumber(invoicePolicy.prefix, financialYear, sequenceNumber);
  return {
    id: circumstances.nextId(),
    number,
    financialYear,
    sequenceNumber,
    snapshot: snapshotOf(order, number, now, invoicePolicy),
    issuedAt: now,
    renderedAt: null,
    emailedAt: null,
  };
}

function snapshotOf(order: Order, number: string, issuedAt: Date, policy: InvoicePolicy): InvoiceSnapshotV2 {
  const { pricing } = order;
  const taxableMinor = sumOf(order.items.map((item) => item.taxableMinor)) + (pricing.shipping?.taxableMinor ?? 0);
  return {
    version: 2,
    number,
    issuedAt: issuedAt.toISOString(),
    timezone: policy.timezone,
    locale: policy.locale,
    currency: order.currency,
    seller: policy.seller,
    customer: { id: order.customerId, email: order.customerEmail },
    order: { number: order.orderNumber, placedAt: order.placedAt.toISOString() },
    billTo: order.billTo,
    shipTo: order.shipTo,
    placeOfSupply: order.placeOfSupply,
    pricesIncludeTax: pricing.pricesIncludeTax,
    lines: order.items.map(({ id: _id, returnedQuantity: _returned, ...line }) => ({
      ...line,
      amountMinor: line.quantity * line.unitPriceMinor,
    })),
    shipping: pricing.shipping && invoicedShipping(pricing.shipping),
    roundingMinor: pricing.roundingMinor,
    taxableMinor,
    taxMinor: pricing.taxMinor,
    totalMinor: order.totalMinor,
  };
}

function invoicedShipping({ refund: _refund, ...invoiced }: Shipping): InvoicedShipping {
  return invoiced;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function localYearAndMonth(instant: Date, timezone: string): { year: number; month: number } {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: timezone, year: 'numeric', month: 'numeric' });
    formatters.set(timezone, formatter);
  }
  const parts = formatter.formatToParts(instant);
  const numberOf = (type: 'year' | 'month') => Number(parts.find((part) => part.type === type)?.value);
  return { year: numberOf('year'), month: numberOf('month') };
}

function twoDigits(year: number): string {
  return String(year % 100).padStart(2, '0');
}
