import type { OrderItem } from '../orders/order.ts';
import { floorShareOf, shareOf } from '../pricing/share.ts';
import { taxMinorOf, type Tax, type TaxedAmount } from '../pricing/tax.ts';

/** What some units of a line are worth. `taxableMinor` and the taxes add up to `totalMinor`. */
export interface UnitsWorth extends TaxedAmount {
  readonly quantity: number;
  /**
   * Their part of the discounts of the line and of the order. Units x unit price, less this, is the total (or the
   * taxable value, where prices are without tax) but for a few minor units of rounding.
   */
  readonly discountMinor: number;
}

/**
 * What `units` of a line's units are worth together. Asked for one unit more at a time, no part ever shrinks, and all
 * units are worth the line to the unit. So what is due for a return is what all units returned by then are worth, less
 * what those before it were worth; in whatever order and grouping units come back, that adds up to the line.
 *
 * @param units 0 to the line's quantity
 */
export function worthOfUnits(item: OrderItem, units: number, pricesIncludeTax: boolean): UnitsWorth {
  const { quantity, unitPriceMinor } = item;
  const worth = pricesIncludeTax ? shareByTotal(item, units, quantity) : shareByParts(item, units, quantity);
  // Not the worth itself: where that is rounded down part by part, what it lacks is no discount.
  const paidMinor = shareOf(pricesIncludeTax ? item.totalMinor : item.taxableMinor, units, quantity);
  return { quantity: units, discountMinor: units * unitPriceMinor - paidMinor, ...worth };
}

/** What the units from `before` to `after` are worth. */
export function worthBetween(item: OrderItem, before: number, after: number, pricesIncludeTax: boolean): UnitsWorth {
  const [less, more] = [worthOfUnits(item, before, pricesIncludeTax), worthOfUnits(item, after, pricesIncludeTax)];
  return {
    quantity: after - before,
    discountMinor: more.discountMinor - less.discountMinor,
    ...differenceOf(more, less),
  };
}

/** `more` less `less`, part by part. */
export function differenceOf(more: TaxedAmount, less: TaxedAmount): TaxedAmount {
  return {
    taxableMinor: more.taxableMinor - less.taxableMinor,
    taxes: more.taxes.map((tax, index) => ({
      ...tax,
      amountMinor: tax.amountMinor - (less.taxes[index]?.amountMinor ?? 0),
    })),
    totalMinor: more.totalMinor - less.totalMinor,
  };
}

/** `part` of `whole` of an amount, each of its parts rounded to the nearest: the total is their sum. */
export function shareByParts(amount: TaxedAmount, part: number, whole: number): TaxedAmount {
  return sumOfParts(
    shareOf(amount.taxableMinor, part, whole),
    amount.taxes.map((tax) => ({ ...tax, amountMinor: shareOf(tax.amountMinor, part, whole) })),
  );
}

/**
 * `units` of `quantity` of an amount whose total is what people look at, as it includes the tax: 2 of 3 units at 300.00
 * are 200.00, whatever the taxes in it round to. The taxable value is the rest.
 *
 * Where a unit is worth only a handful of minor units, that rest could shrink from one unit to the next; then each part
 * is rounded down by itself.
 */
function shareByTotal(amount: TaxedAmount, units: number, quantity: number): TaxedAmount {
  const { taxableMinor, taxes, totalMinor } = amount;
  if (taxes.length > 0 && taxableMinor < quantity * (taxes.length + 2)) {
    return sumOfParts(
      floorShareOf(taxableMinor, units, quantity),
      taxes.map((tax) => ({ ...tax, amountMinor: floorShareOf(tax.amountMinor, units, quantity) })),
    );
  }
  const shares = taxes.map((tax) => ({ ...tax, amountMinor: shareOf(tax.amountMinor, units, quantity) }));
  const total = shareOf(totalMinor, units, quantity);
  return { taxableMinor: total - taxMinorOf({ taxes: shares }), taxes: shares, totalMinor: total };
}

function sumOfParts(taxableMinor: number, taxes: readonly Tax[]): TaxedAmount {
  return { taxableMinor, taxes, totalMinor: taxableMinor + taxMinorOf({ taxes }) };
}
