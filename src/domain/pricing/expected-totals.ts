import { refusal, type Refusal } from '../refusals.ts';
import type { ExpectedLine, ExpectedTotals, PriceableLine, PricedOrder } from './facts.ts';
import { sumOf } from './share.ts';
import { taxMinorOf } from './tax.ts';

/** The first figure that the shop has worked out otherwise than we have; undefined when all that it sent agree. */
export function differenceFromExpected(
  lines: readonly PriceableLine[],
  expected: ExpectedTotals | undefined,
  order: PricedOrder,
): Refusal | undefined {
  for (const [index, line] of lines.entries()) {
    const priced = order.lines[index];
    if (!line.expected || !priced) continue;
    const computed: Required<ExpectedLine> = { taxMinor: taxMinorOf(priced), totalMinor: priced.totalMinor };
    const difference = firstDifference(line.expected, computed, `items[${index}].expected`);
    if (difference) return difference;
  }
  return expected && firstDifference(expected, totalsOf(lines, order), 'expected');
}

/** What an order comes to, part by part; `discountMinor` is all of it, off lines and order. */
function totalsOf(
  lines: readonly Pick<PriceableLine, 'quantity' | 'unitPriceMinor'>[],
  { lines: priced, pricing, totalMinor }: PricedOrder,
): Required<ExpectedTotals> {
  return {
    itemsMinor: sumOf(lines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor)),
    discountMinor: sumOf(priced.map((line) => line.discountMinor + line.orderDiscountMinor)),
    shippingMinor: pricing.shipping?.totalMinor ?? 0,
    taxMinor: pricing.taxMinor,
    roundingMinor: pricing.roundingMinor,
    totalMinor,
  };
}

const FIELD_NAMES: Readonly<Record<keyof ExpectedTotals, string>> = {
  itemsMinor: 'items_minor',
  discountMinor: 'discount_minor',
  shippingMinor: 'shipping_minor',
  taxMinor: 'tax_minor',
  roundingMinor: 'rounding_minor',
  totalMinor: 'total_minor',
};

function firstDifference(
  given: ExpectedTotals,
  computed: Partial<Record<keyof ExpectedTotals, number>>,
  place: string,
): Refusal | undefined {
  for (const [key, name] of Object.entries(FIELD_NAMES) as [keyof ExpectedTotals, string][]) {
    const figure = given[key];
    if (figure === undefined || figure === computed[key]) continue;
    const detail = `${place}.${name} is ${figure}, but comes to ${computed[key] ?? 0}.`;
    return refusal('order.figures_differ', detail, {
      field: `${place}.${name}`,
      given: figure,
      computed: computed[key] ?? 0,
    });
  }
  return undefined;
}
