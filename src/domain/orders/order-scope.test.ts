import { expect, it } from 'vitest';
import { ALL_ORDERS, isWithin } from './order-scope.ts';

const order = { shopId: 7, customerId: 'asha' };
const nobodys = { shopId: null, customerId: 'asha' };

it.for([
  [ALL_ORDERS, true, true],
  [{ shopId: 7 }, true, false],
  [{ shopId: 8 }, false, false],
  [{ customerId: 'asha' }, true, true],
  [{ customerId: 'bela' }, false, false],
  [{ shopId: null }, false, true],
  [{ shopId: 7, customerId: 'asha' }, true, false],
  [{ shopId: null, customerId: 'asha' }, false, true],
  [{ shopId: null, customerId: 'bela' }, false, false],
  [{ shopId: 7, customerId: 'bela' }, false, false],
  [{ shopId: 8, customerId: 'asha' }, false, false],
] as const)('%o sees the order of shop 7: %s, and one of no shop: %s', ([scope, shops, others]) => {
  expect(isWithin(order, scope)).toBe(shops);
  expect(isWithin(nobodys, scope)).toBe(others);
});
