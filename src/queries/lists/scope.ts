import type { OrderScope } from '../../domain/orders/order-scope.ts';
import type { Condition } from './newest-first.ts';

/** In the place of the shop of an order that no shop placed, where it is compared: the ids of keys begin at 1. */
const NO_SHOP = 0;

/** The two parameters that a statement compares `coalesce(shop_id, 0)` and customer_id with; null: any. */
export function scopeValues({ shopId, customerId }: OrderScope = {}): [number | null, string | null] {
  return [shopId === undefined ? null : (shopId ?? NO_SHOP), customerId ?? null];
}

/** What keeps a list of orders, or of what is joined with them, within a scope. */
export function scopeConditions(scope: OrderScope = {}): readonly Condition[] {
  return [
    ['shop', 'orders.shop_id = ?', scope.shopId ?? undefined],
    ['no shop', 'orders.shop_id IS NULL', scope.shopId === null ? NO_SHOP : undefined],
    ['owner', 'orders.customer_id = ?', scope.customerId],
  ];
}
