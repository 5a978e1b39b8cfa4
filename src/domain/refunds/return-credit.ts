import type { CreditNoteDeduction } from '../papers/credit-note.ts';
import type { ReturnDeduction } from '../commands.ts';
import type { OrderItem, Refund, ReturnItem, SeenOrder } from '../orders/order.ts';
import { leftToRefundMinor, refundsAwaitingApproval } from '../payments/balances.ts';
import type { Shipping } from '../pricing/facts.ts';
import { shareOf, sumOf } from '../pricing/share.ts';
import type { TaxedAmount } from '../pricing/tax.ts';
import { differenceOf, shareByParts, worthBetween, worthOfUnits, type UnitsWorth } from './units-worth.ts';

/**
 * What completing a return gives back. The lines, the shipping and the rounding, less the deductions, are `totalMinor`.
 */
export interface ReturnCredit {
  readonly lines: readonly LineCredit[];
  readonly shipping: TaxedAmount | null;
  readonly roundingMinor: number;
  readonly deductions: readonly CreditNoteDeduction[];
  /** What is refunded. */
  readonly totalMinor: number;
  /**
   * Refunds that a second person decides on first: what they reserve is needed here. Approved, they were given back
   * before; rejected, they were not. Until then nobody can say what is due, and the total is as if they were rejected.
   */
  readonly awaitedRefundIds: readonly number[];
}

export interface LineCredit {
  readonly item: OrderItem;
  readonly worth: UnitsWorth;
}

/** Units of a line that come back: those that were accepted, and until anybody has said how many, all. */
export type ReturnedUnits = Pick<ReturnItem, 'orderItemId' | 'quantity'> &
  Partial<Pick<ReturnItem, 'acceptedQuantity'>>;

type Units = ReadonlyMap<number, number>;

/** An order before a return of it: what the credits of all returns that may be completed next have in common. */
export interface BeforeReturn {
  readonly order: SeenOrder;
  readonly itemsById: ReadonlyMap<number, OrderItem>;
  /** Of completed returns, by line item. */
  readonly units: Units;
  readonly allGoods: Goods;
  readonly returnedGoods: Goods;
  /** What was due for them beside the lines. */
  readonly due: DueBesideLines;
  readonly leftMinor: number;
  readonly awaited: readonly Refund[];
}

interface Goods {
  readonly units: number;
  readonly worthMinor: number;
}

interface DueBesideLines {
  readonly shipping: TaxedAmount | null;
  readonly roundingMinor: number;
}

/**
 * What is due now: what is due at all the units returned so far, this return's with them, less what was due before. It
 * follows from the order, its completed returns and what was given back of it alone.
 *
 * @param deductions what is kept back; no more than is due
 */
export function creditOfReturn(
  order: SeenOrder,
  returned: { readonly items: readonly ReturnedUnits[] },
  deductions: readonly ReturnDeduction[] = [],
): ReturnCredit {
  return creditAfter(beforeReturn(order), returned, deductions);
}

export function beforeReturn(order: SeenOrder): BeforeReturn {
  const { items, pricing, returns } = order;
  const units = unitsOf(returns.filter(({ state }) => state === 'COMPLETED').flatMap((each) => each.items));
  const allGoods = {
    units: sumOf(items.map(({ quantity }) => quantity)),
    worthMinor: sumOf(items.map(({ totalMinor }) => totalMinor)),
  };
  const worths = items.map((item) => worthOfUnits(item, units.get(item.id) ?? 0, pricing.pricesIncludeTax));
  const returnedGoods = goodsOf(worths);
  return {
    order,
    itemsById: new Map(items.map((item) => [item.id, item])),
    units,
    allGoods,
    returnedGoods,
    due: dueBesideLines(order, allGoods, returnedGoods),
    leftMinor: leftToRefundMinor(order),
    awaited: refundsAwaitingApproval(order),
  };
}

/** As `creditOfReturn`, for whoever asks about several returns of one order. */
export function creditAfter(
  before: BeforeReturn,
  { items }: { readonly items: readonly ReturnedUnits[] },
  deductions: readonly ReturnDeduction[] = [],
): ReturnCredit {
  const { order, itemsById, allGoods, returnedGoods, due: earlier, leftMinor, awaited } = before;
  const lines = [...unitsOf(items)]
    .flatMap(([id, quantity]): LineCredit[] => {
      const item = itemsById.get(id);
      // Of a line that none was accepted of, nothing is credited.
      if (!item || quantity === 0) return [];
      const from = before.units.get(id) ?? 0;
      return [{ item, worth: worthBetween(item, from, from + quantity, order.pricing.pricesIncludeTax) }];
    })
    .sort((a, b) => a.item.lineNumber - b.item.lineNumber);
  const goods = goodsOf(lines.map(({ worth }) => worth));
  const now = dueBesideLines(order, allGoods, {
    units: returnedGoods.units + goods.units,
    worthMinor: returnedGoods.worthMinor + goods.worthMinor,
  });
  const shipping = now.shipping && earlier.shipping && differenceOf(now.shipping, earlier.shipping);
  const roundingMinor = now.roundingMinor - earlier.roundingMinor;
  const dueMinor = goods.worthMinor + (shipping?.totalMinor ?? 0) + roundingMinor;
  const wantedMinor = dueMinor - sumOf(deductions.map(({ amountMinor }) => amountMinor));
  // What was given back without goods before is not given back again with them.
  const unlessApprovedMinor = leftMinor + sumOf(awaited.map(({ amountMinor }) => amountMinor));
  const beforeMinor = Math.max(0, wantedMinor - unlessApprovedMinor);
  return {
    lines,
    shipping: shipping?.totalMinor === 0 ? null : shipping,
    roundingMinor,
    deductions:
      beforeMinor === 0
        ? deductions
        : [...deductions, { kind: 'refunded_before', description: 'Refunded before', amountMinor: beforeMinor }],
    totalMinor: wantedMinor - beforeMinor,
    awaitedRefundIds: wantedMinor > leftMinor ? awaited.map(({ id }) => id) : [],
  };
}

/** What is due before anything is kept back. */
export function dueMinorOf({ totalMinor, deductions }: ReturnCredit): number {
  return totalMinor + sumOf(deductions.map(({ amountMinor }) => amountMinor));
}

function unitsOf(items: readonly ReturnedUnits[]): Units {
  const units = new Map<number, number>();
  for (const { orderItemId, quantity, acceptedQuantity } of items) {
    units.set(orderItemId, (units.get(orderItemId) ?? 0) + (acceptedQuantity ?? quantity));
  }
  return units;
}

function goodsOf(worths: readonly UnitsWorth[]): Goods {
  return {
    units: sumOf(worths.map(({ quantity }) => quantity)),
    worthMinor: sumOf(worths.map(({ totalMinor }) => totalMinor)),
  };
}

/** The shipping and the rounding that are due once `back` of all goods have come back. */
function dueBesideLines({ pricing, totalMinor }: SeenOrder, all: Goods, back: Goods): DueBesideLines {
  const shipping = pricing.shipping && shippingDue(pricing.shipping, all, back);
  // Rounding was of goods and shipping together, and goes back in proportion to what goes back of them.
  const wholeMinor = totalMinor - pricing.roundingMinor;
  const backMinor = back.worthMinor + (shipping?.totalMinor ?? 0);
  return { shipping, roundingMinor: wholeMinor === 0 ? 0 : shareOf(pricing.roundingMinor, backMinor, wholeMinor) };
}

function shippingDue(shipping: Shipping, all: Goods, back: Goods): TaxedAmount {
  switch (shipping.refund) {
    case 'never':
      return shareByParts(shipping, 0, 1);
    case 'on_full_return':
      return shareByParts(shipping, back.units === all.units ? 1 : 0, 1);
    case 'pro_rata':
      // By what the goods are worth; by their number, where they are worth nothing.
      return all.worthMinor > 0
        ? shareByParts(shipping, back.worthMinor, all.worthMinor)
        : shareByParts(shipping, back.units, all.units);
  }
}
