import { describe, expect, test } from 'vitest';
import type { PlaceOrder } from '../commands.ts';
import { examplePlacement, orderIn } from '../example-orders.ts';
import type { Order } from '../orders/order.ts';
import { creditOfReturn } from './return-credit.ts';
import { worthOfUnits } from './units-worth.ts';

function delivered(placement: Partial<PlaceOrder>): Order {
  return orderIn('DELIVERED', { ...examplePlacement, ...placement });
}

const line = (quantity: number, unitPriceMinor: number, more: object = {}) => ({
  sku: 'A',
  title: 'A',
  quantity,
  unitPriceMinor,
  ...more,
});

/** What each unit of the first line gives back when they come back one at a time. */
function oneAtATime(order: Order): number[] {
  const [item] = order.items;
  if (!item) throw new Error('there is no line');
  const upTo = (units: number) => worthOfUnits(item, units, order.pricing.pricesIncludeTax).totalMinor;
  return Array.from({ length: item.quantity }, (_, index) => upTo(index + 1) - upTo(index));
}

describe('cases that other systems got wrong', () => {
  test('290.00 shared by three units and refunded one at a time is 290.00 in all', () => {
    const order = delivered({ items: [line(3, 10_000, { discountMinor: 1_000 })] });
    expect(oneAtATime(order)).toEqual([9_667, 9_666, 9_667]);
  });

  test('10 x 23.90 including 20 % tax, less 25 %, refunds 179.25', () => {
    const order = delivered({
      items: [line(10, 2_390, { taxRateBp: 2_000 })],
      pricing: { pricesIncludeTax: true, discountMinor: 5_975 },
    });
    const [item] = order.items;
    const credit = creditOfReturn(order, { items: [{ orderItemId: item?.id ?? 0, quantity: 10 }] });
    expect(credit.totalMinor).toBe(17_925);
    expect(oneAtATime(order).reduce((sum, each) => sum + each)).toBe(17_925);
  });

  test('3 x 100.00 less 10 %, returning 2, refunds 180.00', () => {
    const order = delivered({ items: [line(3, 10_000)], pricing: { discountMinor: 3_000 } });
    const [item] = order.items;
    const credit = creditOfReturn(order, { items: [{ orderItemId: item?.id ?? 0, quantity: 2 }] });
    expect(credit.totalMinor).toBe(18_000);
  });

  test('2 of 3 at 300.00 including CGST and SGST are 200.00, and both taxes the same', () => {
    const taxes = [
      { name: 'CGST', rateBp: 1_000 },
      { name: 'SGST', rateBp: 1_000 },
    ];
    const order = delivered({ items: [line(3, 10_000, { taxes })], pricing: { pricesIncludeTax: true } });
    const [item] = order.items;
    if (!item) throw new Error('there is no line');
    const worth = worthOfUnits(item, 2, true);
    expect(worth.totalMinor).toBe(20_000);
    expect(worth.taxes.map(({ amountMinor }) => amountMinor)).toEqual([1_667, 1_667]);
  });
});

describe('shipping and rounding', () => {
  const placement = (refund: 'never' | 'on_full_return' | 'pro_rata') => ({
    items: [line(3, 1_000), { ...line(1, 6_000), sku: 'B' }],
    pricing: { shipping: { amountMinor: 500, refund }, roundTotalToMinor: 100 },
  });
  const credits = (refund: 'never' | 'on_full_return' | 'pro_rata') => {
    const order = delivered(placement(refund));
    const items = order.items.map(({ id, quantity }) => ({ orderItemId: id, quantity }));
    const [first] = items;
    if (!first) throw new Error('there is no line');
    return [creditOfReturn(order, { items: [first] }), creditOfReturn(order, { items })].map(
      ({ shipping, totalMinor }) => ({ shipping: shipping?.totalMinor ?? 0, totalMinor }),
    );
  };

  test.each([
    ['never', [0, 0]],
    ['on_full_return', [0, 500]],
    ['pro_rata', [167, 500]],
  ] as const)('goes back by the policy that the order was placed under: %s', (policy, shipping) => {
    const [part, all] = credits(policy);
    expect([part?.shipping, all?.shipping]).toEqual(shipping);
    expect([part?.totalMinor, all?.totalMinor]).toEqual([3_000 + shipping[0], 9_000 + shipping[1]]);
  });

  test('what rounding added goes back in proportion, and all of it in the end', () => {
    const order = delivered({ items: [line(3, 9_987)], pricing: { roundTotalToMinor: 100 } });
    expect(order.totalMinor).toBe(30_000);
    const [item] = order.items;
    const credit = (quantity: number) => creditOfReturn(order, { items: [{ orderItemId: item?.id ?? 0, quantity }] });
    expect(credit(1)).toMatchObject({ roundingMinor: 13, totalMinor: 10_000 });
    expect(credit(3)).toMatchObject({ roundingMinor: 39, totalMinor: 30_000 });
  });
});
