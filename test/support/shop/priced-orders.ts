import fc from 'fast-check';
import type { OrderPricingFacts, PriceableLine } from '../../../src/domain/pricing/facts.ts';
import { sumOf } from '../../../src/domain/pricing/share.ts';
import type { TaxRate } from '../../../src/domain/pricing/tax.ts';

/* Prices of every kind that can be accepted, for property tests alone. */

const unitPrices = fc.oneof(
  fc.nat(9),
  fc.nat(100_000),
  fc.constantFrom(0, 1, 10_000, 23_900, 29_000, 9_999),
  fc.nat(2_000_000_000),
);

const rates: fc.Arbitrary<readonly TaxRate[]> = fc.oneof(
  fc.constant([]),
  fc.constantFrom(500, 1_200, 1_800, 2_800, 2_000, 1_900, 10_000, 1).map((rateBp) => [{ name: 'VAT', rateBp }]),
  fc.constantFrom(125, 250, 600, 900, 1_400).map((rateBp) => [
    { name: 'CGST', rateBp },
    { name: 'SGST', rateBp },
  ]),
  fc
    .tuple(fc.integer({ min: 0, max: 5_000 }), fc.nat(2_500), fc.nat(2_500))
    .map((each) => each.map((rateBp, index) => ({ name: `Tax ${index + 1}`, rateBp }))),
);

/** In thousandths: of everything, what a discount takes off. */
const discountParts = fc.oneof(fc.constant(0), fc.constant(0), fc.constantFrom(100, 250, 333, 1_000), fc.nat(1_000));

const line: fc.Arbitrary<PriceableLine> = fc
  .record({ quantity: fc.integer({ min: 1, max: 12 }), unitPriceMinor: unitPrices, taxes: rates, part: discountParts })
  .map(({ quantity, unitPriceMinor, taxes, part }) => ({
    quantity,
    unitPriceMinor,
    taxes,
    discountMinor: Math.floor((quantity * unitPriceMinor * part) / 1_000),
  }));

export const pricedOrderFacts: fc.Arbitrary<{ lines: PriceableLine[]; facts: OrderPricingFacts }> = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    pricesIncludeTax: fc.boolean(),
    part: discountParts,
    shipping: fc.option(fc.record({ amountMinor: unitPrices, taxes: rates }), { nil: undefined }),
    roundTotalToMinor: fc.constantFrom(undefined, undefined, 1, 5, 100),
  })
  .map(({ lines, part, ...facts }) => {
    const left = sumOf(lines.map((each) => each.quantity * each.unitPriceMinor - (each.discountMinor ?? 0)));
    return { lines, facts: { ...facts, discountMinor: Math.floor((left * part) / 1_000) } };
  });
