import type { Order, Payment, Refund, SeenOrder } from '../orders/order.ts';
import { sumOf } from '../pricing/share.ts';

/** What a payment brings in, once it is captured. */
export function capturableMinor({ amountMinor, captureMinor }: Pick<Payment, 'amountMinor' | 'captureMinor'>): number {
  return captureMinor ?? amountMinor;
}

/** What a payment has brought in. */
export function capturedMinor(payment: Pick<Payment, 'state' | 'amountMinor' | 'captureMinor'>): number {
  return payment.state === 'CAPTURED' ? capturableMinor(payment) : 0;
}

/** What may still be refunded of a payment. */
export function refundableMinor(payment: Payment): number {
  return capturedMinor(payment) - payment.creditMinor - payment.refundedMinor;
}

/** What was captured towards an order and not given back: what covers it, and what may still be refunded. */
export function leftToRefundMinor({ payments }: Pick<Order, 'payments'>): number {
  return sumOf(payments.map(refundableMinor));
}

/** Refunds that a second person decides on: reserved, and not given back until then. */
export function refundsAwaitingApproval({ refunds }: Pick<Order, 'refunds'>): Refund[] {
  return refunds.filter(({ state }) => state === 'AWAITING_APPROVAL');
}

/** Payments that a gateway has under way or has authorised, and that may still be captured. */
export function openPayments({ payments }: Pick<Order, 'payments'>): Payment[] {
  return payments.filter(({ state }) => state === 'PENDING' || state === 'AUTHORISED');
}

/**
 * What the customer still owes and no payment is about to cover: the total, less what was credited and what was
 * captured, plus what was refunded, less what a gateway has under way. Nothing is owed for an order that is cancelled.
 */
export function outstandingMinor(order: SeenOrder): number {
  if (order.state === 'CANCELLED') return 0;
  const openMinor = sumOf(openPayments(order).map(capturableMinor));
  return Math.max(0, order.totalMinor - creditedMinor(order) - leftToRefundMinor(order) - openMinor);
}

/** What the shop has taken off what is owed, by a return or for nothing in return. Money that was too much was never owed. */
function creditedMinor({ refunds }: Pick<Order, 'refunds'>): number {
  const credits = refunds.filter(
    ({ state, cause }) => state !== 'REJECTED' && (cause === 'return' || cause === 'goodwill'),
  );
  return sumOf(credits.map(({ amountMinor }) => amountMinor));
}

/** The payments that something is left of, newest first: the order in which money goes back. */
export function refundablePayments({ payments }: Pick<Order, 'payments'>): Payment[] {
  return payments.filter((payment) => refundableMinor(payment) > 0).sort((a, b) => newestFirst(a, b));
}

function newestFirst(a: Payment, b: Payment): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id;
}
