import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR } from '../money/money.ts';
import { pricedOrderFacts } from '../../../test/support/shop/priced-orders.ts';
import { PLAIN_PRICING, type OrderPricingFacts, type PriceableLine, type PricedOrder } from './facts.ts';
import { priceOrder } from './price-order.ts';
import { sumOf } from './share.ts';
import { taxMinorOf } from './tax.ts';

const GST = [
  { name: 'CGST', rateBp: 900 },
  { name: 'SGST', rateBp: 900 },
];

function priced(lines: readonly PriceableLine[], facts?: OrderPricingFacts): PricedOrder {
  const result = priceOrder(lines, facts);
  if ('code' in result) throw new Error(`${result.code}: ${result.detail}`);
  return result;
}

function refusedFor(lines: readonly PriceableLine[], facts?: OrderPricingFacts) {
  const result = priceOrder(lines, facts);
  if (!('code' in result)) throw new Error('it was priced');
  return { code: result.code, ...result.facts };
}

const line = (quantity: number, unitPriceMinor: number, more: Partial<PriceableLine> = {}): PriceableLine => ({
  quantity,
  unitPriceMinor,
  ...more,
});

describe('what an order comes to', () => {
  test('that says nothing but quantities and prices: their sum, and no parts', () => {
    const { totalMinor, pricing, lines } = priced([line(5, 100), line(1, 2_550)]);
    expect({ totalMinor, pricing }).toEqual({ totalMinor: 3_050, pricing: PLAIN_PRICING });
    expect(lines[0]).toEqual({
      discountMinor: 0,
      orderDiscountMinor: 0,
      taxableMinor: 500,
      taxes: [],
      totalMinor: 500,
      commodityCode: null,
    });
  });

  test('10 x 23.90 including 20 % tax, less 25 %, is 179.25, of which 29.88 tax', () => {
    const { totalMinor, pricing } = priced([line(10, 2_390, { taxRateBp: 2_000 })], {
      pricesIncludeTax: true,
      discountMinor: 5_975,
    });
    expect({ totalMinor, tax: pricing.taxMinor }).toEqual({ totalMinor: 17_925, tax: 2_988 });
  });

  test('3 x 100.00 less 10 % on the line is 270.00', () => {
    expect(priced([line(3, 10_000, { discountMinor: 3_000 })]).totalMinor).toBe(27_000);
  });

  test('with CGST and SGST on top: both the same, rounded each by itself', () => {
    const { lines, totalMinor } = priced([
      line(1, 101, {
        taxes: [
          { name: 'CGST', rateBp: 250 },
          { name: 'SGST', rateBp: 250 },
        ],
      }),
    ]);
    expect(lines[0]?.taxes.map(({ amountMinor }) => amountMinor)).toEqual([3, 3]);
    expect(totalMinor).toBe(107);
  });

  test('with a discount on the order: shared over the lines by what they are worth', () => {
    const { lines } = priced([line(1, 4_300), line(1, 1_400), line(1, 2_300)], { discountMinor: 299 });
    expect(lines.map(({ orderDiscountMinor }) => orderDiscountMinor)).toEqual([161, 52, 86]);
    expect(lines.map(({ totalMinor }) => totalMinor)).toEqual([4_139, 1_348, 2_214]);
  });

  test('with taxed shipping, and the total rounded to whole rupees', () => {
    const { pricing, totalMinor } = priced([line(1, 9_999, { taxes: GST })], {
      shipping: { amountMinor: 5_000, taxes: GST },
      roundTotalToMinor: 100,
    });
    expect(pricing.shipping).toMatchObject({ amountMinor: 5_000, taxableMinor: 5_000, totalMinor: 5_900 });
    // 99.99 + 2 x 9.00 + 59.00 = 176.99.
    expect({ totalMinor, rounding: pricing.roundingMinor, tax: pricing.taxMinor }).toEqual({
      totalMinor: 17_700,
      rounding: 1,
      tax: 2_700,
    });
  });
});

describe('what is refused, with field and figures', () => {
  test.each([
    [
      'a discount above its line',
      [line(2, 100, { discountMinor: 201 })],
      {},
      { code: 'order.discount_exceeds_line', field: 'items[0].discount_minor', discount_minor: 201, line_minor: 200 },
    ],
    [
      'a discount above what the lines have left',
      [line(2, 100, { discountMinor: 150 })],
      { discountMinor: 51 },
      { code: 'order.discount_exceeds_items', field: 'discount_minor', discount_minor: 51, items_minor: 50 },
    ],
    [
      'taxes of over 100 % in all',
      [
        line(1, 100),
        line(1, 100, {
          taxes: [
            { name: 'A', rateBp: 9_000 },
            { name: 'B', rateBp: 1_001 },
          ],
        }),
      ],
      {},
      { code: 'order.tax_above_price', field: 'items[1].taxes', tax_rate_bp: 10_001, max_tax_rate_bp: 10_000 },
    ],
    [
      'a sum of rates that is not the sum',
      [line(1, 100)],
      { shipping: { amountMinor: 100, taxRateBp: 1_800, taxes: [{ name: 'IGST', rateBp: 1_200 }] } },
      { code: 'order.figures_differ', field: 'shipping.tax_rate_bp', given: 1_800, computed: 1_200 },
    ],
    [
      "a shop's total by one unit",
      [line(10, 2_390, { taxRateBp: 2_000 })],
      { pricesIncludeTax: true, discountMinor: 5_975, expected: { taxMinor: 2_988, totalMinor: 17_926 } },
      { code: 'order.figures_differ', field: 'expected.total_minor', given: 17_926, computed: 17_925 },
    ],
    [
      "a shop's tax on a line",
      [line(1, 100, { taxes: GST, expected: { totalMinor: 118, taxMinor: 17 } })],
      {},
      { code: 'order.figures_differ', field: 'items[0].expected.tax_minor', given: 17, computed: 18 },
    ],
    [
      'a total past what can be counted, by tax alone',
      [line(1, MAX_AMOUNT_MINOR - 1, { taxRateBp: 10_000 })],
      {},
      { code: 'order.total_too_large', max_minor: MAX_AMOUNT_MINOR },
    ],
    [
      'a total past what can be counted, by shipping',
      [line(1, MAX_AMOUNT_MINOR)],
      { shipping: { amountMinor: 1 } },
      { code: 'order.total_too_large', max_minor: MAX_AMOUNT_MINOR },
    ],
  ])('%s', (_, lines, facts, expected) => {
    expect(refusedFor(lines, facts)).toEqual(expected);
  });
});

test('whatever the prices, taxes and discounts: every part is exact and not negative, and the parts are the total', () => {
  fc.assert(
    fc.property(pricedOrderFacts, ({ lines, facts }) => {
      const { lines: pricedLines, pricing, totalMinor } = priced(lines, facts);
      const { shipping, roundingMinor, taxMinor } = pricing;
      const amounts = [...pricedLines, ...(shipping ? [shipping] : [])];
      for (const part of amounts) {
        expect(part.taxableMinor + taxMinorOf(part)).toBe(part.totalMinor);
        expect(Math.min(part.taxableMinor, ...part.taxes.map(({ amountMinor }) => amountMinor))).toBeGreaterThanOrEqual(
          0,
        );
      }
      expect(sumOf(pricedLines.map(({ orderDiscountMinor }) => orderDiscountMinor))).toBe(pricing.discountMinor);
      expect(sumOf(amounts.map(taxMinorOf))).toBe(taxMinor);
      expect(sumOf(amounts.map((part) => part.totalMinor)) + roundingMinor).toBe(totalMinor);
      expect(totalMinor % (facts.roundTotalToMinor ?? 1)).toBe(0);
      expect(2 * Math.abs(roundingMinor)).toBeLessThanOrEqual(facts.roundTotalToMinor ?? 0);
      for (const [
        index,
        { discountMinor, orderDiscountMinor, taxableMinor, totalMinor: total },
      ] of pricedLines.entries()) {
        const gross = (lines[index]?.quantity ?? 0) * (lines[index]?.unitPriceMinor ?? 0);
        expect(gross - discountMinor - orderDiscountMinor).toBe(facts.pricesIncludeTax ? total : taxableMinor);
      }
    }),
    { numRuns: 300 },
  );
});
