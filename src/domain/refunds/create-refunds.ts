import { inTurn, nothingFollows, type Circumstances, type Consequence } from '../decision.ts';
import { refundLifecycle } from '../lifecycles.ts';
import { withPart, type Order, type Payment, type Refund, type RefundCause } from '../orders/order.ts';
import { refundableMinor, refundablePayments } from '../payments/balances.ts';

export interface RefundOrigin {
  readonly cause: RefundCause;
  readonly returnId: number | null;
  readonly reason: string;
  /** Whether a second person decides first. */
  readonly awaitsApproval?: boolean;
}

/**
 * Writes refunds of `amountMinor` down and asks for them to be carried out: back to the payments that the money came by,
 * newest first, each within what is left on it. A row is the reservation: from here on its amount counts as refunded,
 * whatever the gateway says later. Nothing to refund is a refund of nothing, so that each return has one.
 *
 * @param amountMinor no more than is left on `payments` together
 */
export function createRefunds(
  order: Order,
  amountMinor: number,
  origin: RefundOrigin,
  circumstances: Circumstances,
  payments: readonly Payment[] = refundablePayments(order),
): Consequence {
  return inTurn(nothingFollows(order), shared(amountMinor, order, payments), (sofar, { payment, amountMinor: part }) =>
    createRefund(sofar, payment, part, origin, circumstances),
  );
}

interface Share {
  readonly payment: Payment;
  readonly amountMinor: number;
}

function shared(amountMinor: number, order: Order, payments: readonly Payment[]): Share[] {
  const newest = order.payments.findLast(({ state }) => state === 'CAPTURED');
  if (amountMinor === 0) return newest ? [{ payment: newest, amountMinor: 0 }] : [];
  let left = amountMinor;
  const shares: Share[] = [];
  for (const payment of payments) {
    const part = Math.min(left, refundableMinor(payment));
    if (part > 0) shares.push({ payment, amountMinor: part });
    left -= part;
  }
  if (left > 0) throw new RangeError(`${left} of ${amountMinor} cannot be refunded`);
  return shares;
}

function createRefund(
  order: Order,
  payment: Payment,
  amountMinor: number,
  { cause, returnId, reason, awaitsApproval = false }: RefundOrigin,
  { now, nextId, actor, caller }: Circumstances,
): Consequence {
  const { creation, initial } = refundLifecycle;
  const state = awaitsApproval ? 'AWAITING_APPROVAL' : initial;
  const refund: Refund = {
    id: nextId(),
    paymentId: payment.id,
    cause,
    returnId,
    requestedBy: cause === 'goodwill' ? actor : null,
    requestedByCaller: cause === 'goodwill' ? caller : null,
    isApproved: false,
    amountMinor,
    currency: payment.currency,
    state,
    attempt: 1,
    gatewayReference: null,
    elsewhereReference: null,
    failureCode: null,
    failureMessage: null,
    createdAt: now,
    updatedAt: now,
  };
  const reserved: Payment = { ...payment, refundedMinor: payment.refundedMinor + amountMinor };
  const event = awaitsApproval ? 'request' : creation;
  return {
    order: { ...order, payments: withPart(order.payments, reserved), refunds: [...order.refunds, refund] },
    transitions: [{ entityType: 'refund', entityId: refund.id, event, from: null, to: state, reason }],
    jobs: awaitsApproval ? [] : [{ kind: 'refund.submit', subjectId: refund.id }],
  };
}
