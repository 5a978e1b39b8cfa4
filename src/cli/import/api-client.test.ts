import { describe, expect, test } from 'vitest';
import { pauseMs } from './api-client.ts';

const BACK_OFF = { baseMs: 200, capMs: 5_000 };

describe('the pause before the next try', () => {
  test('doubles up to the cap, half of it by chance', () => {
    expect([1, 2, 3, 5, 6, 7].map((tries) => pauseMs(tries, 0, BACK_OFF, 1))).toEqual([
      200, 400, 800, 3200, 5000, 5000,
    ]);
    expect([1, 2, 3, 5, 6, 7].map((tries) => pauseMs(tries, 0, BACK_OFF, 0))).toEqual([
      100, 200, 400, 1600, 2500, 2500,
    ]);
  });

  test('is at least what the server asked for, but never more than half a minute of it', () => {
    expect(pauseMs(1, 3_000, BACK_OFF, 0.5)).toBe(3_000);
    expect(pauseMs(1, 3_600_000, BACK_OFF, 0.5)).toBe(30_000);
  });
});
