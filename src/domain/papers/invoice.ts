import type { Party } from '../orders/party.ts';
import type { InvoicedShipping } from '../pricing/facts.ts';
import type { Tax } from '../pricing/tax.ts';

/**
 * What one invoice says, fixed when the order ships and never changed: the PDF and the JSON are drawn from this alone,
 * so that both can be made again, byte for byte, years later. Amounts are integer minor units of `currency`.
 *
 * Version 1 is from before orders had taxes, discounts and shipping.
 */
export type InvoiceSnapshot = InvoiceSnapshotV1 | InvoiceSnapshotV2;

export interface InvoiceSnapshotV1 extends PaperFacts {
  readonly version: 1;
  readonly lines: readonly InvoiceLine[];
  readonly totalMinor: number;
}

/** The totals of the lines, the shipping and `roundingMinor` add up to `totalMinor`. */
export interface InvoiceSnapshotV2 extends PaperFacts, PartiesOnPaper {
  readonly version: 2;
  readonly seller: InvoiceSellerInPlace;
  readonly pricesIncludeTax: boolean;
  readonly lines: readonly PricedInvoiceLine[];
  readonly shipping: InvoicedShipping | null;
  /** What rounding added to the total, or took off it. */
  readonly roundingMinor: number;
  /** Of the lines and the shipping together. */
  readonly taxableMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

/** What every paper says, whatever it is about. */
export interface PaperFacts {
  readonly number: string;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
  /** Time zone and locale that the paper is written in. */
  readonly timezone: string;
  readonly locale: string;
  readonly currency: string;
  readonly seller: InvoiceSeller;
  readonly customer: { readonly id: string; readonly email: string | null };
  readonly order: { readonly number: string; readonly placedAt: string };
}

export interface PartiesOnPaper {
  readonly billTo: Party | null;
  /** Null: as `billTo`. */
  readonly shipTo: Party | null;
  readonly placeOfSupply: string | null;
}

export interface InvoiceSeller {
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly taxId: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/** With where it is, which decides on the tax. */
export interface InvoiceSellerInPlace extends InvoiceSeller {
  /** State or province, by code or name. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
}

export interface InvoiceLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** Quantity x unit price, before any discount. */
  readonly amountMinor: number;
}

/** `taxableMinor` and the taxes add up to `totalMinor`. */
export interface PricedInvoiceLine extends InvoiceLine {
  readonly discountMinor: number;
  /** The line's share of a discount on the whole order. */
  readonly orderDiscountMinor: number;
  readonly taxableMinor: number;
  readonly taxes: readonly Tax[];
  readonly totalMinor: number;
  /** HSN, SAC or another commodity code. */
  readonly commodityCode: string | null;
}

/** What the shop has settled about its invoices and credit notes. */
export interface InvoicePolicy {
  /** One to three capital letters or digits. */
  readonly prefix: string;
  /** The same for credit notes; another one than the invoices'. */
  readonly creditNotePrefix: string;
  /** Time zone that decides which day, and so which financial year, an instant belongs to. */
  readonly timezone: string;
  readonly locale: string;
  /** 1 (January) to 12. India's runs from April to March: 4. */
  readonly financialYearStartMonth: number;
  readonly seller: InvoiceSellerInPlace;
}
