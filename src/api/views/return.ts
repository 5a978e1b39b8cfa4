import type { Static } from 'typebox';
import { allowedEvents, returnLifecycle } from '../../domain/lifecycles.ts';
import type { OrderItem, Refund, Return, SeenOrder } from '../../domain/orders/order.ts';
import type { ReturnView } from '../../queries/orders/returns.ts';
import { refundsDueOf } from './refund-due.ts';
import type { ReturnSchema } from '../schemas/order.ts';

export function returnView(view: ReturnView): Static<typeof ReturnSchema> {
  return {
    id: view.id,
    order_id: view.orderId,
    order_number: view.orderNumber,
    customer_id: view.customerId,
    currency: view.currency,
    state: view.state,
    reason: view.reason,
    created_at: view.createdAt,
    updated_at: view.updatedAt,
    version: view.version,
    items: view.items.map((item) => ({
      id: item.id,
      order_item_id: item.orderItemId,
      sku: item.sku,
      title: item.title,
      quantity: item.quantity,
      accepted_quantity: item.acceptedQuantity,
      unit_price_minor: item.unitPriceMinor,
    })),
    amount_minor: view.items.reduce(
      (sum, item) => sum + (item.acceptedQuantity ?? item.quantity) * item.unitPriceMinor,
      0,
    ),
    refund_id: view.refundIds[0] ?? null,
    refund_ids: [...view.refundIds],
    allowed: allowedEvents(returnLifecycle, view.state),
  };
}

/** A return with what it refunds, from the order that it is part of. */
export function wholeReturnView(order: SeenOrder, part: Return): Static<typeof ReturnSchema> {
  return viewOfReturns(order)(part);
}

/** All of an order's; what they have in common is looked up once. */
export function wholeReturnViews(order: SeenOrder): Static<typeof ReturnSchema>[] {
  return order.returns.length === 0 ? [] : order.returns.map(viewOfReturns(order));
}

function viewOfReturns(order: SeenOrder): (part: Return) => Static<typeof ReturnSchema> {
  const itemsById = new Map(order.items.map((item) => [item.id, item]));
  const refundsByReturn = Map.groupBy(order.refunds, ({ returnId }) => returnId);
  const refundDueOf = refundsDueOf(order);
  return (part) => ({
    ...returnView(returnOf(order, part, itemsById, refundsByReturn.get(part.id) ?? [])),
    refund_due: refundDueOf(part),
  });
}

/** A return as the lists show it, from the order that it is part of. */
function returnOf(
  order: SeenOrder,
  part: Return,
  itemsById: ReadonlyMap<number, OrderItem>,
  refunds: readonly Refund[],
): ReturnView {
  return {
    id: part.id,
    orderId: order.id,
    orderNumber: order.orderNumber,
    customerId: order.customerId,
    currency: order.currency,
    state: part.state,
    reason: part.reason,
    createdAt: part.createdAt,
    updatedAt: part.updatedAt,
    version: order.version,
    refundIds: refunds.map(({ id }) => id),
    items: part.items.flatMap(({ id, orderItemId, quantity, acceptedQuantity }) => {
      const item = itemsById.get(orderItemId);
      if (!item) return [];
      const { sku, title, unitPriceMinor } = item;
      return [{ id, orderItemId, sku, title, quantity, acceptedQuantity, unitPriceMinor }];
    }),
  };
}
