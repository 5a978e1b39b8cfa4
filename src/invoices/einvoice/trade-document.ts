import type { InvoiceSellerInPlace } from '../../domain/papers/invoice.ts';
import type { Party } from '../../domain/orders/party.ts';
import type { Tax } from '../../domain/pricing/tax.ts';

/**
 * An invoice or a credit note in the terms of EN 16931: every amount without tax, the taxes apart. Amounts are whole
 * minor units of `currency`.
 */
export interface TradeDocument {
  readonly kind: 'invoice' | 'credit_note';
  readonly number: string;
  /** YYYY-MM-DD, where the seller is. */
  readonly issuedOn: string;
  readonly currency: string;
  readonly note: string | null;
  readonly orderNumber: string;
  /** The invoice that a credit note takes back part of. */
  readonly invoice: { readonly number: string; readonly issuedOn: string } | null;
  readonly seller: InvoiceSellerInPlace;
  readonly buyer: Buyer;
  /** Null: to the buyer. */
  readonly deliverTo: Party | null;
  /** At least one. */
  readonly lines: readonly TradeLine[];
  /** Shipping and the like; below 0: taken off. */
  readonly charges: readonly TradeCharge[];
  /** Added to, or taken off, the total with tax. */
  readonly roundingMinor: number;
  /** Paid already. */
  readonly prepaidMinor: number;
}

export interface Buyer {
  readonly id: string;
  readonly email: string | null;
  /** Null: nobody gave a name or address. */
  readonly party: Party | null;
}

export interface TradeLine extends Taxed {
  readonly id: string;
  readonly sku: string;
  readonly title: string;
  readonly commodityCode: string | null;
  readonly quantity: number;
  /** Before `allowances`, for all units together. */
  readonly grossMinor: number;
  readonly allowances: readonly { readonly reason: string; readonly amountMinor: number }[];
}

export interface TradeCharge extends Taxed {
  readonly reason: string;
}

export interface Taxed {
  /** Without tax. */
  readonly netMinor: number;
  readonly taxes: readonly Tax[];
  /** Given or taken outside of any supply, as goodwill or a fee: it has no tax and cannot have one. */
  readonly isOutsideTax?: boolean;
}
