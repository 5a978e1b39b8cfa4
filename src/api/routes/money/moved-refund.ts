import type { Principal } from '../../../identity/principal.ts';
import { orderEtagOf } from '../../http/order-etag.ts';
import { orderOf, type Written } from '../../http/write.ts';
import { refundOf, refundView } from '../../views/refund.ts';

/** The answer to whoever moved a refund: the refund as it is now, under the version of its order. */
export function movedRefund(
  outcome: Parameters<typeof orderOf>[0],
  refundId: number,
  { scope }: Principal,
): Written<ReturnType<typeof refundView>> {
  const order = orderOf(outcome);
  const refund = order.refunds.find(({ id }) => id === refundId);
  if (!refund) throw new TypeError('the outcome has no refund');
  return { view: refundView(refundOf(order, refund), scope), headers: { etag: orderEtagOf(order) } };
}
