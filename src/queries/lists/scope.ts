import type { OrderScope } from '../../domain/orders/order-scope.ts';
import type { Condition } from './newest-first.ts';

/** The two parameters that a statement compares shop_id and customer_id with; null: any. */
export function scopeValues(scope: OrderScope = {}): [number | null, string | null] {
  return [scope.shopId ?? null, scope.customerId ?? null];
}

/** What keeps a list of orders, or of what is joined with them, within a scope. */
export function scopeConditions(scope: OrderScope = {}): readonly Condition[] {
  return [
    ['shop', 'orders.shop_id = ?', scope.shopId],
    ['owner', 'orders.customer_id = ?', scope.customerId],
  ];
}
