import type { Circumstances, Consequence } from '../decision.ts';
import { withPart, type Order, type Refund } from '../orders/order.ts';

/** Says no to a refund that waits for a second person, and gives its reservation back. */
export function rejectRefund(order: Order, refund: Refund, reason: string | null, { now }: Circumstances): Consequence {
  const payment = order.payments.find(({ id }) => id === refund.paymentId);
  if (!payment) throw new RangeError(`the refund's payment ${refund.paymentId} is not there`);
  const rejected: Refund = { ...refund, state: 'REJECTED', updatedAt: now };
  const freed = { ...payment, refundedMinor: payment.refundedMinor - refund.amountMinor };
  return {
    order: {
      ...order,
      payments: withPart(order.payments, freed),
      refunds: withPart(order.refunds, rejected),
    },
    transitions: [
      { entityType: 'refund', entityId: refund.id, event: 'reject', from: refund.state, to: 'REJECTED', reason },
    ],
    jobs: [],
  };
}
