import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR, totalMinor } from './money.ts';

const limit = 10n ** 13n;

/** Small amounts, and amounts whose products and sums lie around the limit. */
const line = fc.record({
  quantity: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2_147_483_647 })),
  unitPriceMinor: fc.oneof(fc.nat(10_000), fc.nat(2 ** 13), fc.maxSafeNat()),
});

test('a total is exact to the unit, and undefined exactly when it is past 10^13', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const exact = lines.reduce((sum, each) => sum + BigInt(each.quantity) * BigInt(each.unitPriceMinor), 0n);
      const total = totalMinor(lines);
      expect(total === undefined ? undefined : BigInt(total)).toBe(exact > limit ? undefined : exact);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['no line', [], 0],
  ['exactly the limit', [{ quantity: 1, unitPriceMinor: MAX_AMOUNT_MINOR }], MAX_AMOUNT_MINOR],
  [
    'the limit with free lines behind it',
    [[1, MAX_AMOUNT_MINOR] as const, [9, 0] as const].map(toLine),
    MAX_AMOUNT_MINOR,
  ],
  ['one past the limit by sum', [[1, MAX_AMOUNT_MINOR] as const, [1, 1] as const].map(toLine), undefined],
  ['one past the limit by product', [{ quantity: 2, unitPriceMinor: 2 ** 52 }], undefined],
])('%s', (_title, lines, total) => {
  expect(totalMinor(lines)).toBe(total);
});

function toLine([quantity, unitPriceMinor]: readonly [number, number]): { quantity: number; unitPriceMinor: number } {
  return { quantity, unitPriceMinor };
}
