import { inTurn, type Circumstances, type Consequence } from '../decision.ts';
import { stateAfter, orderLifecycle } from '../lifecycles.ts';
import { withPart, type Order, type Payment } from '../orders/order.ts';
import { createRefunds } from '../refunds/create-refunds.ts';
import { leftToRefundMinor, refundableMinor } from './balances.ts';

/**
 * What follows from a payment's being captured: the order is paid, once its payments cover it. What comes to more than
 * is owed is the customer's credit or goes back, as the shop has settled; all of it goes back where the order was
 * cancelled meanwhile.
 */
export function settled(sofar: Consequence, { id, state }: Payment, circumstances: Circumstances): Consequence {
  if (state !== 'CAPTURED') return sofar;
  const { order } = sofar;
  const payment = order.payments.find((each) => each.id === id);
  if (!payment) throw new RangeError(`payment ${id} is not of the order`);
  const owedMinor = order.state === 'CANCELLED' ? 0 : owedBeforeMinor(order, payment);
  const excessMinor = Math.max(0, refundableMinor(payment) - owedMinor);
  if (excessMinor === 0) return paidOnceCovered(sofar);
  if (order.state !== 'CANCELLED' && circumstances.moneyPolicy.overpayment === 'store_credit') {
    const credited = { ...payment, creditMinor: payment.creditMinor + excessMinor };
    return paidOnceCovered({ ...sofar, order: { ...order, payments: withPart(order.payments, credited) } });
  }
  const [cause, reason] =
    order.state === 'CANCELLED'
      ? (['cancellation', 'The order was cancelled.'] as const)
      : (['overpayment', 'It came to more than was owed.'] as const);
  const paid = paidOnceCovered(sofar);
  return inTurn(paid, [payment], (current, each) =>
    createRefunds(current, excessMinor, { cause, returnId: null, reason }, circumstances, [each]),
  );
}

/** What the order was still owed before this payment; 0 once it is paid. */
function owedBeforeMinor(order: Order, payment: Payment): number {
  if (order.state !== 'PENDING_PAYMENT') return 0;
  return Math.max(0, order.totalMinor - (leftToRefundMinor(order) - refundableMinor(payment)));
}

function paidOnceCovered(sofar: Consequence): Consequence {
  const { order } = sofar;
  const to = stateAfter(orderLifecycle, order.state, 'pay');
  if (to === undefined || leftToRefundMinor(order) < order.totalMinor) return sofar;
  return {
    order: { ...order, state: to },
    transitions: [
      ...sofar.transitions,
      { entityType: 'order', entityId: order.id, event: 'pay', from: order.state, to, reason: null },
    ],
    jobs: sofar.jobs,
  };
}
