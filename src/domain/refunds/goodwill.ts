import type { MoneyPolicy } from '../money/money-policy.ts';
import type { Order, Refund } from '../orders/order.ts';
import { sumOf } from '../pricing/share.ts';

/** Refunds that people asked for, without goods. */
export function goodwillOf({ refunds }: Pick<Order, 'refunds'>): Refund[] {
  return refunds.filter(({ cause }) => cause === 'goodwill');
}

/** Whether a second person decides. What nobody else has approved counts together, so that no limit is passed in parts. */
export function needsSecondPerson(order: Order, amountMinor: number, policy: MoneyPolicy): boolean {
  const { refundApprovalAboveMinor: limitMinor, currency } = policy;
  if (limitMinor === null) return false;
  if (order.currency !== currency) return true;
  const unapproved = goodwillOf(order).filter(({ state, isApproved }) => state !== 'REJECTED' && !isApproved);
  return sumOf(unapproved.map((refund) => refund.amountMinor)) + amountMinor > limitMinor;
}
