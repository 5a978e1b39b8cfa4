import { MOST_PAYMENTS } from '../../domain/payments/add-payment.ts';
import { MOST_GOODWILL_REFUNDS } from '../../domain/refunds/goodwill.ts';
import { MOST_OPEN_RETURNS, MOST_RETURNS } from '../../domain/returns/return.ts';
import type { ProblemCode } from './problem.ts';

/** A member of a problem that belongs to its code. */
export interface ProblemFact {
  readonly meaning: string;
  readonly example: unknown;
}

const order = { from: 'PENDING_PAYMENT', event: 'ship', allowed: ['pay', 'cancel'] };
const part = { from: 'REQUESTED', event: 'receive', allowed: ['approve', 'reject'] };
const payment = { from: 'CAPTURED', event: 'void', allowed: [] };
const refund = { from: 'SUCCEEDED', event: 'retry', allowed: [] };

/** What a program finds beside `detail`, by code; a code that is not here carries nothing more. */
export const PROBLEM_FACTS: Readonly<Partial<Record<ProblemCode, Readonly<Record<string, ProblemFact>>>>> = {
  'order.number_taken': { order_number: { meaning: 'the number that is taken', example: 'WEB-20260401-17' } },
  'order.unknown_currency': { currency: { meaning: 'the code that was given', example: 'XXA' } },
  'order.discount_exceeds_line': {
    discount_minor: { meaning: 'the discount, in minor units', example: 130000 },
    line_minor: { meaning: 'what the line is worth before it', example: 129900 },
  },
  'order.discount_exceeds_items': {
    discount_minor: { meaning: 'the discount, in minor units', example: 260000 },
    items_minor: { meaning: 'what the lines are worth before it', example: 259800 },
  },
  'order.tax_above_price': {
    tax_rate_bp: { meaning: 'the rates in all, in basis points', example: 12000 },
    max_tax_rate_bp: { meaning: 'the most that they may be', example: 10000 },
  },
  'order.figures_differ': {
    given: { meaning: 'the figure that was sent', example: 17926 },
    computed: { meaning: 'what we have worked out', example: 17925 },
  },
  'order.total_too_large': { max_minor: { meaning: 'the largest total', example: 10_000_000_000_000 } },
  'order.illegal_transition': illegalTransition(order),
  'order.version_mismatch': {
    expected_version: { meaning: 'the version named in If-Match', example: 3 },
    current_version: { meaning: 'the version that the order is at', example: 4 },
  },
  'return.order_not_delivered': { state: { meaning: 'the state that the order is in', example: 'SHIPPED' } },
  'return.item_not_in_order': { order_item_id: { meaning: 'the line item that is not there', example: 1002 } },
  'return.item_not_in_return': { order_item_id: { meaning: 'the line item that is not in it', example: 1002 } },
  'return.duplicate_item': { order_item_id: { meaning: 'the line item that is named twice', example: 1002 } },
  'return.quantity_exceeds_returnable': {
    order_item_id: { meaning: 'the line item', example: 1002 },
    sku: { meaning: 'what it is', example: 'KURTA-M-BLUE' },
    requested: { meaning: 'the units asked for', example: 2 },
    returnable: { meaning: 'the units left to return', example: 1 },
  },
  'return.quantity_exceeds_requested': {
    order_item_id: { meaning: 'the line item', example: 1002 },
    accepted: { meaning: 'the units that were to be accepted', example: 2 },
    requested: { meaning: 'the units that the return has of it', example: 1 },
  },
  'return.too_many': {
    max_open_returns: { meaning: 'how many an order may have that are not through', example: MOST_OPEN_RETURNS },
    max_returns: { meaning: 'how many it may have in all', example: MOST_RETURNS },
  },
  'return.illegal_transition': illegalTransition(part),
  'return.deductions_exceed_due': {
    deductions_minor: { meaning: 'what is kept back in all, in minor units', example: 130000 },
    due_minor: { meaning: 'what the return is worth', example: 129900 },
  },
  'payment.order_not_open': { state: { meaning: 'the state that the order is in', example: 'PAID' } },
  'payment.exceeds_outstanding': {
    amount_minor: { meaning: 'the amount asked for, in minor units', example: 129901 },
    outstanding_minor: { meaning: 'what is outstanding', example: 129900 },
  },
  'payment.exceeds_authorised': {
    amount_minor: { meaning: 'the amount asked for, in minor units', example: 129901 },
    authorised_minor: { meaning: 'what was authorised', example: 129900 },
  },
  'payment.captured_whole': {
    gateway: { meaning: 'the gateway of the payment', example: 'razorpay' },
    authorised_minor: { meaning: 'what was authorised, in minor units', example: 129900 },
  },
  'payment.currency_mismatch': {
    currency: { meaning: 'the currency of the payment', example: 'EUR' },
    order_currency: { meaning: 'the currency of the order', example: 'INR' },
  },
  'payment.too_many': { max_payments: { meaning: 'how many an order may have', example: MOST_PAYMENTS } },
  'payment.in_progress': {
    payment_id: { meaning: 'the payment that is with the gateway', example: 1003 },
    intent: { meaning: 'what the gateway is asked for: capture, void or null', example: 'capture' },
  },
  'payment.illegal_transition': illegalTransition(payment),
  'refund.illegal_transition': illegalTransition(refund),
  'refund.order_not_paid': { state: { meaning: 'the state that the order is in', example: 'PENDING_PAYMENT' } },
  'refund.awaits_approval': { refund_ids: { meaning: 'the refunds to decide on first', example: [1004] } },
  'refund.same_person': { requested_by: { meaning: 'who asked for it', example: 'asha' } },
  'refund.attempt_superseded': {
    attempt: { meaning: 'the attempt that was answered', example: 1 },
    current_attempt: { meaning: 'the attempt under way', example: 2 },
  },
  'refund.too_many': { max_refunds: { meaning: 'how many an order may have', example: MOST_GOODWILL_REFUNDS } },
  'refund.exceeds_captured': {
    amount_minor: { meaning: 'the amount to refund, in minor units', example: 129900 },
    left_minor: { meaning: 'what is left to refund', example: 99900 },
  },
  'customer.of_several_shops': {
    shop_ids: {
      meaning: 'the shops by the ids of their keys, 20 at most; 0: orders that no shop placed',
      example: [0, 7],
    },
  },
  'customer.work_under_way': { order_ids: { meaning: 'the orders that are not through, 20 at most', example: [1001] } },
  'webhook.too_many': { most: { meaning: 'how many there may be', example: 100 } },
  'webhook.version_mismatch': {
    expected_version: { meaning: 'the version named in If-Match', example: 3 },
    current_version: { meaning: 'the version that the endpoint is at', example: 4 },
  },
  'rate.limited': { retry_after_seconds: { meaning: 'how long to wait, as Retry-After says too', example: 1 } },
  'rate.too_many_at_once': {
    retry_after_seconds: { meaning: 'how long to wait, as Retry-After says too', example: 1 },
  },
  'auth.forbidden': {
    role: { meaning: 'the role that asked', example: 'read_only' },
    operation: { meaning: 'what was asked for, by its operationId', example: 'retryRefund' },
  },
  'job.not_retryable': { state: { meaning: 'the state that the job is in', example: 'RUNNING' } },
  'job.not_dismissible': { state: { meaning: 'the state that the job is in', example: 'DISMISSED' } },
};

function illegalTransition(example: typeof order | typeof refund): Record<string, ProblemFact> {
  return {
    from: { meaning: 'the state that it is in', example: example.from },
    event: { meaning: 'the event asked for', example: example.event },
    allowed: { meaning: 'the events that are legal in this state', example: example.allowed },
  };
}
