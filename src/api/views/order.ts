import type { Static } from 'typebox';
import { allowedEvents, orderLifecycle } from '../../domain/lifecycles.ts';
import type { OrderScope } from '../../domain/orders/order-scope.ts';
import type { SeenOrder } from '../../domain/orders/order.ts';
import { outstandingMinor } from '../../domain/payments/balances.ts';
import { returnableQuantity } from '../../domain/returns/return.ts';
import type { OrderSummary } from '../../queries/orders/orders.ts';
import type { OrderSchema, OrderSummarySchema } from '../schemas/order.ts';
import { paymentView } from './payment.ts';
import { linePricingView, orderPricingView } from './pricing.ts';
import { refundOf, refundView } from './refund.ts';
import { wholeReturnViews } from './return.ts';

export function orderSummaryView(order: OrderSummary): Static<typeof OrderSummarySchema> {
  return {
    id: order.id,
    order_number: order.orderNumber,
    customer_id: order.customerId,
    customer_email: order.customerEmail,
    currency: order.currency,
    state: order.state,
    total_minor: order.totalMinor,
    placed_at: order.placedAt,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    version: order.version,
    allowed: allowedEvents(orderLifecycle, order.state),
  };
}

/** @param scope of whoever it is shown to */
export function orderView(order: SeenOrder, scope: OrderScope): Static<typeof OrderSchema> {
  const { invoice } = order;
  return {
    ...orderSummaryView(order),
    ...orderPricingView(order),
    items: order.items.map((item) => ({
      id: item.id,
      line_number: item.lineNumber,
      sku: item.sku,
      title: item.title,
      quantity: item.quantity,
      unit_price_minor: item.unitPriceMinor,
      ...linePricingView(item),
      returned_quantity: item.returnedQuantity,
      returnable_quantity: returnableQuantity(order, item),
    })),
    outstanding_minor: outstandingMinor(order),
    payments: order.payments.map((payment) => paymentView(payment, order.id)),
    returns: wholeReturnViews(order),
    refunds: order.refunds.map((refund) => refundView(refundOf(order, refund), scope)),
    invoice: invoice && {
      id: invoice.id,
      number: invoice.number,
      issued_at: invoice.issuedAt,
      rendered_at: invoice.renderedAt,
      emailed_at: invoice.emailedAt,
    },
    credit_notes: order.creditNotes.map((note) => ({
      id: note.id,
      number: note.number,
      return_id: note.returnId,
      refund_id: note.refundId,
      total_minor: note.snapshot.totalMinor,
      issued_at: note.issuedAt,
      rendered_at: note.renderedAt,
      emailed_at: note.emailedAt,
    })),
  };
}
