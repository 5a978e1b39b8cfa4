import type { InvoiceSellerInPlace, PaperFacts, PartiesOnPaper } from './invoice.ts';
import type { Tax, TaxedAmount } from '../pricing/tax.ts';

/**
 * What one credit note says, fixed when it is issued and never changed. It takes back part of an invoice: the totals of
 * the lines, of the shipping, `roundingMinor` and `goodwillMinor`, less the deductions, add up to `totalMinor`, which is
 * what is refunded. Amounts are positive where they are given back, in integer minor units of `currency`.
 */
export interface CreditNoteSnapshot extends PaperFacts, PartiesOnPaper {
  readonly version: 1;
  readonly seller: InvoiceSellerInPlace;
  /** The invoice that it takes back part of. */
  readonly invoice: { readonly number: string; readonly issuedAt: string };
  /** What led to it: the return's reason, or that of the refund. */
  readonly reason: string;
  readonly pricesIncludeTax: boolean;
  /** The units that came back. None: money was given back without goods. */
  readonly lines: readonly CreditNoteLine[];
  readonly shipping: TaxedAmount | null;
  readonly roundingMinor: number;
  /** Given back without goods. Its tax stays as it was: it is no supply taken back. */
  readonly goodwillMinor: number;
  /** A restocking fee, wear, or what was given back before. */
  readonly deductions: readonly CreditNoteDeduction[];
  /** Of the lines and the shipping together. */
  readonly taxableMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

/** Units of one line of the invoice. `taxableMinor` and the taxes add up to `totalMinor`. */
export interface CreditNoteLine {
  /** The line's number on the invoice. */
  readonly lineNumber: number;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** Quantity x unit price, before any discount. */
  readonly amountMinor: number;
  /** These units' part of the discounts of the line and of the order. */
  readonly discountMinor: number;
  readonly taxableMinor: number;
  readonly taxes: readonly Tax[];
  readonly totalMinor: number;
  readonly commodityCode: string | null;
}

export interface CreditNoteDeduction {
  /** `refunded_before`: so much was given back without goods that no more is left to refund. */
  readonly kind: 'restocking_fee' | 'deduction' | 'refunded_before';
  readonly description: string;
  readonly amountMinor: number;
}
