import type { Order } from './order.ts';

/** Whose orders somebody may see, and act on: all that every given member allows. */
export interface OrderScope {
  /** The shop that placed them; null: they are those that no shop placed. */
  readonly shopId?: number | null;
  readonly customerId?: string;
}

/** Of staff, and of this machine's user. */
export const ALL_ORDERS: OrderScope = {};

/** Whether every order is within it, as for staff alone. */
export function isAllOrders({ shopId, customerId }: OrderScope): boolean {
  return shopId === undefined && customerId === undefined;
}

/** Whether an order is within a scope. What is not is, for whoever asks, not there. */
export function isWithin({ shopId, customerId }: Pick<Order, 'shopId' | 'customerId'>, scope: OrderScope): boolean {
  return (
    (scope.shopId === undefined || scope.shopId === shopId) &&
    (scope.customerId === undefined || scope.customerId === customerId)
  );
}
