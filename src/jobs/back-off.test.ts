import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backOffMs, MOST_ATTEMPTS } from './back-off.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait after a failed run', () => {
  test.each([
    [1, 0, 500],
    [1, 0.5, 750],
    [2, 0, 1_000],
    [3, 0, 2_000],
    [10, 0, 256_000],
    [11, 0, 300_000],
    [12, 0, 300_000],
    [5_000, 0, 300_000],
  ])('number %i, with %d of the jitter, is %i ms', (attempt, jitter, expected) => {
    expect(backOffMs(attempt, jitter)).toBe(expected);
  });

  test('lies in the upper half of a doubling second, and never over ten minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, (attempt, jitter) => {
        const full = Math.min(1_000 * 2 ** (attempt - 1), 600_000);
        const delayMs = backOffMs(attempt, jitter);
        expect(delayMs).toBeGreaterThanOrEqual(full / 2);
        expect(delayMs).toBeLessThanOrEqual(full);
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  test('adds up, over all attempts of a job, to between ten and thirty minutes', () => {
    const total = (jitter: number) =>
      Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => backOffMs(index + 1, jitter)).reduce((a, b) => a + b);
    expect(total(0)).toBeGreaterThan(10 * 60_000);
    expect(total(0.999)).toBeLessThan(30 * 60_000);
  });
});
