import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apportion } from './apportion.ts';
import { shareOf, sumOf } from './share.ts';

test('299 over 4300, 1400 and 2300 is 161, 52 and 86', () => {
  expect(apportion(299, [4_300, 1_400, 2_300])).toEqual([161, 52, 86]);
});

test('of equal remainders, the earlier share gets the unit', () => {
  expect(apportion(2, [1, 1, 1])).toEqual([1, 1, 0]);
});

test('nothing over nothing is nothing', () => {
  expect(apportion(0, [0, 0])).toEqual([0, 0]);
});

const amounts = fc.oneof(
  fc.nat(20),
  fc.nat(100_000),
  fc.maxSafeNat().map((amount) => Math.floor(amount / 1_000)),
);

test('shares add up to the amount, are within one of their exact size, and none is above its weight', () => {
  fc.assert(
    fc.property(
      fc.array(amounts, { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (weights, part) => {
        const whole = sumOf(weights);
        const amount = Math.floor(whole * part);
        const shares = apportion(amount, weights);
        expect(sumOf(shares)).toBe(amount);
        for (const [index, share] of shares.entries()) {
          const weight = weights[index] ?? 0;
          expect(share).toBeLessThanOrEqual(weight);
          if (whole === 0) continue;
          const floor = (BigInt(amount) * BigInt(weight)) / BigInt(whole);
          expect([floor, floor + 1n]).toContain(BigInt(share));
        }
      },
    ),
  );
});

test('a share is rounded to the nearest, a half away from zero, exactly beyond 2^53', () => {
  expect([shareOf(5, 1, 2), shareOf(-5, 1, 2), shareOf(10, 1, 3), shareOf(0, 1, 3)]).toEqual([3, -3, 3, 0]);
  const most = Number.MAX_SAFE_INTEGER;
  expect(shareOf(most, most, most)).toBe(most);
  expect(shareOf(most, 1, 3)).toBe(3_002_399_751_580_330);
});
