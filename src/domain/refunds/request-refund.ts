import type { DecideRefund, RequestRefund } from '../commands.ts';
import { accepted, refused, type Circumstances, type Consequence, type Decision } from '../decision.ts';
import { allowedEvents, refundLifecycle, stateAfter } from '../lifecycles.ts';
import { withPart, type Order, type Refund } from '../orders/order.ts';
import { refundableMinor, refundablePayments } from '../payments/balances.ts';
import { sumOf } from '../pricing/share.ts';
import { createRefunds } from './create-refunds.ts';
import { creditNotesOfGoodwill, GOODWILL, goodwillOf, MOST_GOODWILL_REFUNDS, needsSecondPerson } from './goodwill.ts';
import { rejectRefund } from './reject-refund.ts';

/**
 * A person gives money back without goods. Above the shop's limit it waits for a second person; its amount is reserved
 * meanwhile. Each such refund has its credit note from the moment that it is decided on and the order has its invoice.
 */
export function requestRefund(order: Order, command: RequestRefund, circumstances: Circumstances): Decision {
  if (order.state === 'PENDING_PAYMENT') {
    const detail = 'The order is not paid yet; what was paid of it goes back when it is cancelled.';
    return refused('refund.order_not_paid', detail, { state: order.state });
  }
  const { amountMinor, paymentId, reason } = command;
  if (paymentId !== null && !order.payments.some(({ id }) => id === paymentId)) {
    const detail = `Order ${order.id} has no payment ${paymentId}.`;
    return refused('payment.not_found', detail, { field: 'payment_id' });
  }
  const payments = refundablePayments(order).filter(({ id }) => paymentId === null || id === paymentId);
  const leftMinor = sumOf(payments.map(refundableMinor));
  if (amountMinor > leftMinor) {
    const place = paymentId === null ? 'The order' : `Payment ${paymentId}`;
    const detail = `${place} has ${leftMinor} left to refund, not ${amountMinor}.`;
    const facts = { field: 'amount_minor', amount_minor: amountMinor, left_minor: leftMinor };
    return refused('refund.exceeds_captured', detail, facts);
  }
  const awaitsApproval = needsSecondPerson(order, amountMinor, circumstances.moneyPolicy);
  const origin = { cause: 'goodwill', returnId: null, reason, awaitsApproval } as const;
  const created = createRefunds(order, amountMinor, origin, circumstances, payments);
  const refunds = created.order.refunds.slice(order.refunds.length);
  if (goodwillOf(created.order).length > MOST_GOODWILL_REFUNDS) {
    const given = goodwillOf(order).length;
    const detail = `The order has ${given} refunds without goods; with ${refunds.length} more it has over ${MOST_GOODWILL_REFUNDS}.`;
    return refused('refund.too_many', detail, { max_refunds: MOST_GOODWILL_REFUNDS });
  }
  const documented = awaitsApproval ? created : creditNotesOfGoodwill(created, refunds, reason, circumstances);
  return accepted(documented.order, circumstances, refunds[0]?.id ?? order.id, documented);
}

/** Four eyes: whoever asked for a refund does not decide on it. */
export function decideRefund(order: Order, command: DecideRefund, circumstances: Circumstances): Decision {
  const refund = order.refunds.find(({ id }) => id === command.refundId);
  if (!refund) return refused('refund.not_found', `Order ${order.id} has no refund ${command.refundId}.`);
  const event = command.type === 'approve_refund' ? 'approve' : 'reject';
  const to = stateAfter(refundLifecycle, refund.state, event);
  if (to === undefined) {
    const allowed = allowedEvents(refundLifecycle, refund.state);
    const detail = `A refund that is ${refund.state} cannot be moved by "${event}".`;
    return refused('refund.illegal_transition', detail, { from: refund.state, event, allowed });
  }
  const { now } = circumstances;
  if (event === 'approve' && isSamePerson(refund, circumstances)) {
    const detail = `${refund.requestedBy} has asked for this refund; another person decides on it.`;
    return refused('refund.same_person', detail, { requested_by: refund.requestedBy });
  }
  const { reason } = command;
  if (event === 'reject') {
    const rejected = rejectRefund(order, refund, reason, circumstances);
    return accepted(rejected.order, circumstances, refund.id, rejected);
  }
  const moved: Refund = { ...refund, state: to, isApproved: true, updatedAt: now };
  const approved: Consequence = {
    order: { ...order, refunds: withPart(order.refunds, moved) },
    transitions: [{ entityType: 'refund', entityId: refund.id, event, from: refund.state, to, reason }],
    jobs: [{ kind: 'refund.submit', subjectId: refund.id }],
  };
  const documented = creditNotesOfGoodwill(approved, [moved], reason ?? GOODWILL, circumstances);
  return accepted(documented.order, circumstances, refund.id, documented);
}

/** By either: a name may be changed between the two, and two of one name could not be told apart on record. */
function isSamePerson(refund: Refund, { actor, caller }: Circumstances): boolean {
  return refund.requestedBy === actor || refund.requestedByCaller === caller;
}
