import type { Order, ReturnItem } from '../orders/order.ts';

type Units = Pick<ReturnItem, 'orderItemId' | 'quantity'>;

/** The order with so many more units of its lines counted as returned, or so many fewer. */
export function countReturned(order: Order, units: readonly Units[], sign: 1 | -1): Order {
  const quantityById = new Map(units.map(({ orderItemId, quantity }) => [orderItemId, quantity]));
  return {
    ...order,
    items: order.items.map((item) => {
      const quantity = quantityById.get(item.id);
      return quantity === undefined ? item : { ...item, returnedQuantity: item.returnedQuantity + sign * quantity };
    }),
  };
}

/** The units of a completed return that were not accepted, by line. */
export function notAccepted({ items }: { readonly items: readonly ReturnItem[] }): Units[] {
  return items
    .map(({ orderItemId, quantity, acceptedQuantity }) => {
      return { orderItemId, quantity: quantity - (acceptedQuantity ?? quantity) };
    })
    .filter(({ quantity }) => quantity > 0);
}
