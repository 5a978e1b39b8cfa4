import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'vitest';
import { live, moneyLives } from '../../../test/support/shop/money-walks.ts';
import type { Order } from '../orders/order.ts';
import { leftToRefundMinor, refundsAwaitingApproval } from '../payments/balances.ts';
import { shareOf, sumOf } from '../pricing/share.ts';
import type { TaxedAmount } from '../pricing/tax.ts';
import { beforeReturn, creditAfter, creditOfReturn, type ReturnCredit, type ReturnedUnits } from './return-credit.ts';
import { differenceOf, shareByParts, worthBetween, worthOfUnits } from './units-worth.ts';

/* What a return gives back, as it is defined: each sum is taken over the whole order, once with the return's units and
 * once without. */

const TIMEOUT_MS = 20_000;

type UnitsOf = (orderItemId: number) => number;

function unitsIn(items: readonly ReturnedUnits[]): UnitsOf {
  return (id) =>
    sumOf(
      items
        .filter(({ orderItemId }) => orderItemId === id)
        .map(({ quantity, acceptedQuantity }) => acceptedQuantity ?? quantity),
    );
}

function shippingOf({ pricing: { shipping }, items }: Order, unitsOf: UnitsOf, goodsMinor: number): TaxedAmount | null {
  if (!shipping) return null;
  const units = sumOf(items.map(({ id }) => unitsOf(id)));
  const allUnits = sumOf(items.map(({ quantity }) => quantity));
  const allGoodsMinor = sumOf(items.map(({ totalMinor }) => totalMinor));
  if (shipping.refund === 'never') return shareByParts(shipping, 0, 1);
  if (shipping.refund === 'on_full_return') return shareByParts(shipping, units === allUnits ? 1 : 0, 1);
  return allGoodsMinor > 0
    ? shareByParts(shipping, goodsMinor, allGoodsMinor)
    : shareByParts(shipping, units, allUnits);
}

function besideLines(order: Order, unitsOf: UnitsOf) {
  const { pricing, items, totalMinor } = order;
  const goodsMinor = sumOf(
    items.map((item) => worthOfUnits(item, unitsOf(item.id), pricing.pricesIncludeTax).totalMinor),
  );
  const shipping = shippingOf(order, unitsOf, goodsMinor);
  const wholeMinor = totalMinor - pricing.roundingMinor;
  const backMinor = goodsMinor + (shipping?.totalMinor ?? 0);
  return { shipping, roundingMinor: wholeMinor === 0 ? 0 : shareOf(pricing.roundingMinor, backMinor, wholeMinor) };
}

function plainCredit(order: Order, items: readonly ReturnedUnits[]): ReturnCredit {
  const completed = order.returns.filter(({ state }) => state === 'COMPLETED').flatMap((each) => each.items);
  const [before, after] = [unitsIn(completed), unitsIn([...completed, ...items])];
  const lines = order.items
    .map((item) => ({
      item,
      worth: worthBetween(item, before(item.id), after(item.id), order.pricing.pricesIncludeTax),
    }))
    .filter(({ worth }) => worth.quantity > 0);
  const [earlier, now] = [besideLines(order, before), besideLines(order, after)];
  const shipping = now.shipping && earlier.shipping && differenceOf(now.shipping, earlier.shipping);
  const roundingMinor = now.roundingMinor - earlier.roundingMinor;
  const dueMinor = sumOf(lines.map(({ worth }) => worth.totalMinor)) + (shipping?.totalMinor ?? 0) + roundingMinor;
  const awaited = refundsAwaitingApproval(order);
  const leftMinor = leftToRefundMinor(order);
  const amountMinor = Math.max(0, dueMinor - leftMinor - sumOf(awaited.map((refund) => refund.amountMinor)));
  return {
    lines,
    shipping: shipping?.totalMinor === 0 ? null : shipping,
    roundingMinor,
    deductions: amountMinor > 0 ? [{ kind: 'refunded_before', description: 'Refunded before', amountMinor }] : [],
    totalMinor: dueMinor - amountMinor,
    awaitedRefundIds: dueMinor > leftMinor ? awaited.map(({ id }) => id) : [],
  };
}

/** Named last line first: lines of a credit stand in the order's order all the same. */
function allLeft({ items }: Order): ReturnedUnits[] {
  return items
    .map(({ id, quantity, returnedQuantity }) => ({ orderItemId: id, quantity: quantity - returnedQuantity }))
    .filter(({ quantity }) => quantity > 0)
    .reverse();
}

test(
  'whatever an order has been through, each return gives back what the definition says, asked alone or with others',
  () => {
    fc.assert(
      fc.property(moneyLives({ withGoodwill: true }), (life) => {
        live(life, (_before, order) => {
          const open = order.returns.filter(({ state }) => state !== 'COMPLETED' && state !== 'REJECTED');
          const shared = beforeReturn(order);
          for (const each of [...open, { items: allLeft(order) }]) {
            const plain = plainCredit(order, each.items);
            assert.deepEqual(creditOfReturn(order, each), plain);
            assert.deepEqual(creditAfter(shared, each), plain);
          }
        });
      }),
      { numRuns: 200 },
    );
  },
  TIMEOUT_MS,
);
