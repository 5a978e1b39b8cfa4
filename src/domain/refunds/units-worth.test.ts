import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlaceOrder } from '../commands.ts';
import { examplePlacement, orderIn } from '../example-orders.ts';
import type { Order } from '../orders/order.ts';
import { creditOfReturn } from './return-credit.ts';
import { taxMinorOf } from '../pricing/tax.ts';
import { worthBetween, worthOfUnits } from './units-worth.ts';

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

describe('units that come back in any number of returns', () => {
  const taxes = fc.constantFrom(
    [],
    [{ name: 'VAT', rateBp: 1_800 }],
    [
      { name: 'CGST', rateBp: 900 },
      { name: 'SGST', rateBp: 900 },
    ],
  );
  const sale = fc
    .record({
      quantity: fc.integer({ min: 1, max: 40 }),
      // Prices of a few minor units are the ones that rounding shows in.
      unitPriceMinor: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 100_000 })),
      discountPart: fc.constantFrom(0, 0.1, 0.5, 1),
      orderDiscountPart: fc.constantFrom(0, 0.3),
      taxes,
      pricesIncludeTax: fc.boolean(),
    })
    .map(({ quantity, unitPriceMinor, discountPart, orderDiscountPart, pricesIncludeTax, ...more }) => {
      const discountMinor = Math.floor(quantity * unitPriceMinor * discountPart);
      const orderDiscountMinor = Math.floor((quantity * unitPriceMinor - discountMinor) * orderDiscountPart);
      return delivered({
        items: [line(quantity, unitPriceMinor, { discountMinor, ...more })],
        pricing: { pricesIncludeTax, discountMinor: orderDiscountMinor },
      });
    });

  test('of the discounts, the taxable value and each tax no part is below 0, and they add up to those of the line', () => {
    fc.assert(
      fc.property(sale, fc.array(fc.integer({ min: 1, max: 40 })), (order, steps) => {
        const [item] = order.items;
        if (!item) throw new Error('there is no line');
        const ends = [...new Set([...steps.filter((end) => end < item.quantity), item.quantity])].sort((a, b) => a - b);
        const parts = ends.map((end, index) =>
          worthBetween(item, ends[index - 1] ?? 0, end, order.pricing.pricesIncludeTax),
        );
        const amountsOf = [
          (part: (typeof parts)[number]) => part.discountMinor,
          (part: (typeof parts)[number]) => part.taxableMinor,
          ...item.taxes.map((_, index) => (part: (typeof parts)[number]) => part.taxes[index]?.amountMinor ?? 0),
        ];
        const sums = amountsOf.map((amountOf) => {
          expect(Math.min(...parts.map(amountOf))).toBeGreaterThanOrEqual(0);
          return parts.reduce((sum, part) => sum + amountOf(part), 0);
        });
        expect(sums).toEqual([
          item.discountMinor + item.orderDiscountMinor,
          item.taxableMinor,
          ...item.taxes.map(({ amountMinor }) => amountMinor),
        ]);
        for (const part of parts) expect(part.totalMinor).toBe(part.taxableMinor + taxMinorOf(part));
      }),
      { numRuns: 500 },
    );
  });

  test('of a line without a discount never state one, however little a unit is worth', () => {
    const order = delivered({ items: [line(10, 3, { taxRateBp: 1_800 })], pricing: { pricesIncludeTax: true } });
    const [item] = order.items;
    if (!item) throw new Error('there is no line');
    const parts = [worthBetween(item, 0, 1, true), worthBetween(item, 1, 10, true)];
    expect(parts.map(({ discountMinor, totalMinor }) => ({ discountMinor, totalMinor }))).toEqual([
      { discountMinor: 0, totalMinor: 2 },
      { discountMinor: 0, totalMinor: 28 },
    ]);
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
