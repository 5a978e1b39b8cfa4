import { expect, test } from 'vitest';
import { itemOf, onlyOne, orderWithReturnIn } from '../../domain/example-orders.ts';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import type { Order } from '../../domain/orders/order.ts';
import { MOST_OPEN_RETURNS } from '../../domain/returns/return.ts';
import { orderView } from './order.ts';
import { wholeReturnView } from './return.ts';

/** An order with `count` returns alike, and how often its card, which is in none of them, was looked at. */
function orderWithReturns(count: number): { readonly order: Order; readonly looks: () => number } {
  const { order, theReturn } = orderWithReturnIn('REQUESTED');
  let looks = 0;
  const card = itemOf(order, 'CARD');
  const watched = new Proxy(card, {
    get(target, name, receiver) {
      looks += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const returns = Array.from({ length: count }, (_, index) => ({ ...theReturn, id: theReturn.id + index * 10 }));
  const items = order.items.map((item) => (item === card ? watched : item));
  return { order: { ...order, items, returns }, looks: () => looks };
}

test('a line that no return names is looked at as often for many returns as for one', () => {
  const [one, many] = [orderWithReturns(1), orderWithReturns(MOST_OPEN_RETURNS)];
  orderView(one.order, ALL_ORDERS);
  orderView(many.order, ALL_ORDERS);
  expect(many.looks()).toBe(one.looks());
});

test('each return of an order says what it says alone', () => {
  for (const state of ['REQUESTED', 'RECEIVED', 'REJECTED', 'COMPLETED'] as const) {
    const { order, theReturn } = orderWithReturnIn(state);
    expect(onlyOne(orderView(order, ALL_ORDERS).returns)).toEqual(wholeReturnView(order, theReturn));
  }
});
