/**
 * Every reason for which the core says no: one catalogue of stable codes. The API maps each to an HTTP status in one
 * place (src/api/problems/problem.ts), and docs/refusals.md lists them; a test compares all three.
 */
export const REFUSALS = {
  'order.not_found': 'No order has this id.',
  'order.number_taken': 'Another order has this order number already.',
  'order.unknown_currency': 'ISO 4217 has no such currency in use.',
  'order.discount_exceeds_line': 'A discount above what the line is worth.',
  'order.discount_exceeds_items': 'A discount above what the lines are worth after their own discounts.',
  'order.tax_above_price': 'Taxes of more than 100 % in all.',
  'order.figures_differ':
    'A figure that the shop worked out differs from ours; both are named, and nothing was changed.',
  'order.total_too_large': 'The total is past what one order may come to (10^13 minor units).',
  'order.illegal_transition': 'The order is in a state that this event does not lead on from.',
  'order.version_mismatch': 'The order has changed since the version named in If-Match.',
  'return.not_found': 'No return has this id.',
  'return.order_not_delivered': 'A return starts only on an order that was delivered.',
  'return.item_not_in_order': 'The order has no line item with this id.',
  'return.item_not_in_return': 'The return has no unit of this line item.',
  'return.duplicate_item': 'The same line item is named twice.',
  'return.too_many': 'The order has as many returns as it may, or as many that are not through.',
  'return.quantity_exceeds_returnable': 'More units than this line has left to return.',
  'return.quantity_exceeds_requested': 'More units are accepted than the return has of this line.',
  'return.illegal_transition': 'The return is in a state that this event does not lead on from.',
  'return.deductions_exceed_due': 'More is kept back than the return is worth.',
  'payment.not_found': 'No payment has this id.',
  'payment.order_not_open': 'An order takes payments only while it waits for them.',
  'payment.exceeds_outstanding': 'More than is outstanding of the order.',
  'payment.exceeds_authorised': 'More than what was authorised.',
  'payment.captured_whole': 'This gateway captures all of what was authorised, and not a part of it.',
  'payment.currency_mismatch': "The payment is in another currency than the order's.",
  'payment.gateway_not_configured': 'This gateway is not configured here.',
  'payment.too_many': 'The order has as many payments as it may.',
  'payment.in_progress': 'A payment of the order is with the gateway; what comes of it decides first.',
  'payment.illegal_transition': 'The payment is in a state that this event does not lead on from.',
  'refund.not_found': 'No refund has this id.',
  'refund.illegal_transition': 'The refund is in a state that this event does not lead on from.',
  'refund.attempt_superseded': 'A later attempt of the refund is under way.',
  'refund.too_many': 'The order has as many refunds without goods as it may.',
  'refund.exceeds_captured': 'More than what was captured and is not refunded yet.',
  'refund.order_not_paid': 'The order is not paid yet.',
  'refund.awaits_approval':
    'What the return refunds hangs on a refund that waits for a second person, who decides first.',
  'refund.same_person': 'Whoever asked for a refund cannot approve it.',
  'credit_note.not_found': 'The order has no such credit note.',
  'invoice.not_found': 'The order has no invoice; shipping issues it.',
  'job.not_found': 'No job has this id.',
  'job.not_retryable': 'The job is running or done; only one that waits, is dead or was dismissed can be run again.',
  'job.not_dismissible': 'The job is not dead; only one that is can be dismissed.',
  'idempotency.key_reused': 'This Idempotency-Key was used with another request.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence for the person who reads it, with the figures of this case. */
  readonly detail: string;
  /** What a program needs to act on it: states, ids, what is left. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export function refusal(code: RefusalCode, detail: string, facts: Readonly<Record<string, unknown>> = {}): Refusal {
  return { code, detail, facts };
}
