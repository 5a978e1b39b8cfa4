import { expect, test } from 'vitest';
import { RETRY_DELAYS_MS, retryAfterMs, retryDelayMs } from './back-off.ts';

const HOUR_MS = 3_600_000;

test('ten tries span three days', () => {
  const delays = RETRY_DELAYS_MS.map((_, index) => retryDelayMs(index + 1, 0.5) ?? 0);
  const span = delays.reduce((sum, delay) => sum + delay, 0);
  expect(span / HOUR_MS).toBeGreaterThan(71);
  expect(span / HOUR_MS).toBeLessThan(80);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(retryDelayMs(delays.length + 1, 0)).toBeUndefined();
});

test('jitter only ever adds, up to a tenth', () => {
  expect(retryDelayMs(1, 0)).toBe(5_000);
  expect(retryDelayMs(1, 0.999)).toBeLessThanOrEqual(5_500);
});

test('an answer may ask for more patience, within an hour', () => {
  expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
  expect(retryDelayMs(1, 0, 1_000)).toBe(5_000);
  expect(retryDelayMs(1, 0, 1e12)).toBe(HOUR_MS);
});

test.each([
  ['120', 120_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', 0],
  ['99999999999999999999', 0],
  [undefined, 0],
])('Retry-After: %s is %d ms', (header, expected) => {
  expect(retryAfterMs(header, new Date('2026-01-01T00:00:00Z'))).toBe(expected);
});
