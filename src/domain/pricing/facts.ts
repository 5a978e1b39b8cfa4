import type { TaxRate, TaxedAmount } from './tax.ts';

/** What the shop says of a line's price, beside quantity and unit price. All of it may be left out. */
export interface LinePricingFacts {
  readonly discountMinor?: number;
  /** In one figure, for a price that bears one tax, or to be checked against the sum of `taxes`. */
  readonly taxRateBp?: number;
  readonly taxes?: readonly TaxRate[];
  /** HSN, SAC or another commodity code. */
  readonly commodityCode?: string | null;
  /** What the shop has worked out itself; compared with ours. */
  readonly expected?: ExpectedLine;
}

export interface ExpectedLine {
  readonly taxMinor?: number;
  readonly totalMinor?: number;
}

/** What the shop says of an order's price as a whole. */
export interface OrderPricingFacts {
  readonly pricesIncludeTax?: boolean;
  /** Off the whole order; shared by its lines. */
  readonly discountMinor?: number;
  readonly shipping?: ShippingFacts;
  /** Local custom rounds the total to the nearest multiple of this: 100 for whole rupees, 5 for Swiss cash. */
  readonly roundTotalToMinor?: number;
  readonly expected?: ExpectedTotals;
}

export interface ShippingFacts {
  /** With or without its tax, as the lines' prices are. */
  readonly amountMinor: number;
  readonly taxRateBp?: number;
  readonly taxes?: readonly TaxRate[];
  readonly commodityCode?: string | null;
  /** Left out: as the shop's policy has it. */
  readonly refund?: ShippingRefund;
}

export interface ExpectedTotals {
  readonly itemsMinor?: number;
  readonly discountMinor?: number;
  readonly shippingMinor?: number;
  readonly taxMinor?: number;
  readonly roundingMinor?: number;
  readonly totalMinor?: number;
}

/** A line as we have priced it. */
export interface LinePricing extends TaxedAmount {
  readonly discountMinor: number;
  /** The line's share of the order's discount. */
  readonly orderDiscountMinor: number;
  readonly commodityCode: string | null;
}

export const SHIPPING_REFUNDS = ['never', 'on_full_return', 'pro_rata'] as const;
/** Whether shipping goes back with returned goods: with the last of them, or with each in proportion. */
export type ShippingRefund = (typeof SHIPPING_REFUNDS)[number];

/** An order as we have priced it, beside its lines and its total. */
export interface OrderPricing {
  readonly pricesIncludeTax: boolean;
  /** Off the whole order; the lines' shares of it add up to it. */
  readonly discountMinor: number;
  readonly shipping: Shipping | null;
  /** What was added to the total, or taken off it, to round it. */
  readonly roundingMinor: number;
  /** Of the lines and the shipping. */
  readonly taxMinor: number;
}

/** Shipping as its paper says it. */
export interface InvoicedShipping extends TaxedAmount {
  /** As the shop gave it. */
  readonly amountMinor: number;
  readonly commodityCode: string | null;
}

export interface Shipping extends InvoicedShipping {
  readonly refund: ShippingRefund;
}

export interface PriceableLine extends LinePricingFacts {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface PricedOrder {
  /** One for each line, in their order. */
  readonly lines: readonly LinePricing[];
  readonly pricing: OrderPricing;
  readonly totalMinor: number;
}

/** The pricing of an order that is the sum of its lines. */
export const PLAIN_PRICING: OrderPricing = Object.freeze({
  pricesIncludeTax: false,
  discountMinor: 0,
  shipping: null,
  roundingMinor: 0,
  taxMinor: 0,
});
