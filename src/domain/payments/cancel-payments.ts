import { inTurn, nothingFollows, type Circumstances, type Consequence } from '../decision.ts';
import { withPart, type Order } from '../orders/order.ts';
import { createRefunds } from '../refunds/create-refunds.ts';
import { leftToRefundMinor } from './balances.ts';

/**
 * What becomes of the payments of an order that is cancelled: what was captured goes back, and what is authorised is
 * given up. One that the gateway has under way is left to it: once authorised it is given up, once captured refunded.
 */
export function cancelPayments(order: Order, circumstances: Circumstances): Consequence {
  const authorised = order.payments.filter(({ state, intent }) => state === 'AUTHORISED' && intent === null);
  const voided = inTurn(nothingFollows(order), authorised, (sofar, payment) => ({
    order: {
      ...sofar,
      payments: withPart(sofar.payments, { ...payment, intent: 'void', updatedAt: circumstances.now }),
    },
    transitions: [],
    jobs: [{ kind: 'payment.void', subjectId: payment.id }],
  }));
  const leftMinor = leftToRefundMinor(order);
  // An order of nothing that was paid has its refund of nothing; one that was refunded already needs none.
  if (leftMinor === 0 && order.refunds.length > 0) return voided;
  const origin = { cause: 'cancellation', returnId: null, reason: 'The order was cancelled.' } as const;
  return inTurn(voided, [leftMinor], (sofar, amountMinor) => createRefunds(sofar, amountMinor, origin, circumstances));
}
