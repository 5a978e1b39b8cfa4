import { isAllOrders, isWithin } from '../../domain/orders/order-scope.ts';
import type { Principal } from '../../identity/principal.ts';
import type { FoundOrder, OrderReader } from '../../queries/orders/order-reader.ts';
import { ProblemError } from '../problems/problem.ts';

/** Whether whoever asks sees every order that there is. */
export function seesAll({ scope }: Principal): boolean {
  return isAllOrders(scope);
}

/** Whether an order is there for whoever asks. */
export async function seesOrder(orders: OrderReader, principal: Principal, orderId: number): Promise<boolean> {
  if (seesAll(principal)) return true;
  const found = await orders.read(orderId);
  return found !== undefined && isWithin(found.order, principal.scope);
}

/**
 * An order, for those who may see it. For others it is not there, in the same words as for one that nobody placed.
 *
 * @throws ProblemError
 */
export async function visibleOrder(orders: OrderReader, { scope }: Principal, orderId: number): Promise<FoundOrder> {
  const found = await orders.read(orderId);
  if (found && isWithin(found.order, scope)) return found;
  throw new ProblemError('order.not_found', `No order has the id ${orderId}.`);
}
