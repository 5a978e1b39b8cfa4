import { inTurn, nothingFollows, type Circumstances, type Consequence } from '../decision.ts';
import { withPart, type Order } from '../orders/order.ts';
import { createRefunds } from '../refunds/create-refunds.ts';
import { rejectRefund } from '../refunds/reject-refund.ts';
import { leftToRefundMinor, refundsAwaitingApproval } from './balances.ts';
import { givenUp } from './move-payment.ts';

const REASON = 'The order was cancelled.';

/**
 * What becomes of the payments of an order that is cancelled: what was captured goes back, and what is authorised is
 * given up, also when it was to be captured: what the gateway has captured by then is refunded. One that it has to
 * authorise yet is left to its job, which sends it no more; once authorised, it is given up.
 * A refund that waits for a second person is settled by that: its money goes back with the rest, so it is rejected.
 */
export function cancelPayments(order: Order, circumstances: Circumstances): Consequence {
  const authorised = order.payments.filter(({ state, intent }) => state === 'AUTHORISED' && intent !== 'void');
  const voided = inTurn(nothingFollows(order), authorised, (sofar, payment) => ({
    order: { ...sofar, payments: withPart(sofar.payments, givenUp(payment, circumstances)) },
    transitions: [],
    jobs: [{ kind: 'payment.void', subjectId: payment.id }],
  }));
  const settled = inTurn(voided, refundsAwaitingApproval(order), (sofar, refund) =>
    rejectRefund(sofar, refund, REASON, circumstances),
  );
  const leftMinor = leftToRefundMinor(settled.order);
  // An order of nothing that was paid has its refund of nothing; one that was refunded already needs none.
  if (leftMinor === 0 && order.refunds.length > 0) return settled;
  const origin = { cause: 'cancellation', returnId: null, reason: REASON } as const;
  return inTurn(settled, [leftMinor], (sofar, amountMinor) => createRefunds(sofar, amountMinor, origin, circumstances));
}
