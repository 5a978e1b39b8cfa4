import type { ShippingRefund } from '../pricing/facts.ts';

/** What the shop has settled about its customers' money. */
export interface MoneyPolicy {
  /** Whether shipping goes back with returned goods; kept with each order as it is placed. */
  readonly shippingRefund: ShippingRefund;
  /** Whether a payment may come to more than is owed: the rest is the customer's credit then. */
  readonly overpayment: 'refuse' | 'store_credit';
  /** The shop's own currency. */
  readonly currency: string;
  /**
   * What people may give back of an order without goods before a second person decides, in minor units of `currency`;
   * of an order in another currency a second person decides on all. Null: none ever does.
   */
  readonly refundApprovalAboveMinor: number | null;
}

export const DEFAULT_MONEY_POLICY: MoneyPolicy = {
  shippingRefund: 'on_full_return',
  overpayment: 'refuse',
  currency: 'INR',
  refundApprovalAboveMinor: null,
};
