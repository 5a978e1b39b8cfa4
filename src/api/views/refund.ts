import type { Static } from 'typebox';
import { isAllOrders, type OrderScope } from '../../domain/orders/order-scope.ts';
import type { Refund, SeenOrder } from '../../domain/orders/order.ts';
import type { RefundView } from '../../queries/money/refunds.ts';
import type { RefundSchema } from '../schemas/order.ts';

/** Of a refund, all that its answers show. */
type ShownRefund = Omit<RefundView, 'gateway' | 'paymentReference'>;

/** @param scope of whoever it is shown to: shops and customers do not learn what people of the staff are called */
export function refundView(view: ShownRefund, scope: OrderScope): Static<typeof RefundSchema> {
  return {
    id: view.id,
    order_id: view.orderId,
    order_number: view.orderNumber,
    payment_id: view.paymentId,
    cause: view.cause,
    return_id: view.returnId,
    requested_by: isAllOrders(scope) ? view.requestedBy : null,
    amount_minor: view.amountMinor,
    currency: view.currency,
    state: view.state,
    attempt: view.attempt,
    gateway_reference: view.gatewayReference,
    elsewhere_reference: view.elsewhereReference,
    failure_code: view.failureCode,
    failure_message: view.failureMessage,
    created_at: view.createdAt,
    updated_at: view.updatedAt,
    allowed: allowedOf(view),
  };
}

/** The lifecycle's other events are the worker's, not a person's. */
function allowedOf({ state }: ShownRefund): Static<typeof RefundSchema>['allowed'] {
  switch (state) {
    case 'FAILED':
      return ['retry', 'record'];
    case 'AWAITING_APPROVAL':
      return ['approve', 'reject'];
    case 'PENDING':
    case 'SUBMITTED':
    case 'SUCCEEDED':
    case 'REJECTED':
      return [];
  }
}

/** A refund as the lists show it, from the order that it is part of. */
export function refundOf(order: SeenOrder, refund: Refund): ShownRefund {
  return { ...refund, orderId: order.id, orderNumber: order.orderNumber };
}
