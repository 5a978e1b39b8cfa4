import type { CreditNoteDeduction } from '../papers/credit-note.ts';
import type { ReturnDeduction } from '../commands.ts';
import type { OrderItem, ReturnItem, SeenOrder } from '../orders/order.ts';
import { leftToRefundMinor, refundsAwaitingApproval } from '../payments/balances.ts';
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

/**
 * What is due now: what is due at all the units returned so far, this return's with them, less what was due before. It
 * follows from the order, its completed returns and what was given back of it alone.
 *
 * @param deductions what is kept back; no more than is due
 */
export function creditOfReturn(
  order: SeenOrder,
  { items }: { readonly items: readonly ReturnedUnits[] },
  deductions: readonly ReturnDeduction[] = [],
): ReturnCredit {
  const before = unitsOf(order.returns.filter(({ state }) => state === 'COMPLETED').flatMap((each) => each.items));
  const after = unitsOf(items, before);
  const lines = order.items.flatMap((item): LineCredit[] => {
    const [from, to] = [before.get(item.id) ?? 0, after.get(item.id) ?? 0];
    return from === to ? [] : [{ item, worth: worthBetween(item, from, to, order.pricing.pricesIncludeTax) }];
  });
  const [earlier, now] = [dueBesideLines(order, before), dueBesideLines(order, after)];
  const shipping = now.shipping && earlier.shipping && differenceOf(now.shipping, earlier.shipping);
  const roundingMinor = now.roundingMinor - earlier.roundingMinor;
  const dueMinor = sumOf(lines.map(({ worth }) => worth.totalMinor)) + (shipping?.totalMinor ?? 0) + roundingMinor;
  const wantedMinor = dueMinor - sumOf(deductions.map(({ amountMinor }) => amountMinor));
  // What was given back without goods before is not given back again with them.
  const leftMinor = leftToRefundMinor(order);
  const awaited = refundsAwaitingApproval(order);
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

function unitsOf(items: readonly ReturnedUnits[], start?: Units): Units {
  const units = new Map(start);
  for (const { orderItemId, quantity, acceptedQuantity } of items) {
    units.set(orderItemId, (units.get(orderItemId) ?? 0) + (acceptedQuantity ?? quantity));
  }
  return units;
}

/** The shipping and the rounding that are due once `units` have come back. */
function dueBesideLines(order: SeenOrder, units: Units): { shipping: TaxedAmount | null; roundingMinor: number } {
  const { pricing, items } = order;
  const goodsMinor = sumOf(
    items.map((item) => worthOfUnits(item, units.get(item.id) ?? 0, pricing.pricesIncludeTax).totalMinor),
  );
  const shipping = shippingDue(order, units, goodsMinor);
  // Rounding was of goods and shipping together, and goes back in proportion to what goes back of them.
  const wholeMinor = order.totalMinor - pricing.roundingMinor;
  const backMinor = goodsMinor + (shipping?.totalMinor ?? 0);
  return { shipping, roundingMinor: wholeMinor === 0 ? 0 : shareOf(pricing.roundingMinor, backMinor, wholeMinor) };
}

function shippingDue(
  { pricing: { shipping }, items }: SeenOrder,
  units: Units,
  goodsMinor: number,
): TaxedAmount | null {
  if (!shipping) return null;
  const allUnits = sumOf(items.map(({ quantity }) => quantity));
  const backUnits = sumOf(items.map(({ id }) => units.get(id) ?? 0));
  const allGoodsMinor = sumOf(items.map(({ totalMinor }) => totalMinor));
  switch (shipping.refund) {
    case 'never':
      return shareByParts(shipping, 0, 1);
    case 'on_full_return':
      return shareByParts(shipping, backUnits === allUnits ? 1 : 0, 1);
    case 'pro_rata':
      // By what the goods are worth; by their number, where they are worth nothing.
      return allGoodsMinor > 0
        ? shareByParts(shipping, goodsMinor, allGoodsMinor)
        : shareByParts(shipping, backUnits, allUnits);
  }
}
