import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { momentOf } from './reconcile.ts';

describe('the moment that a comparison begins at', () => {
  test.each([
    ['a day, which begins as it does in the shop', '2026-04-01', '2026-03-31T18:30:00.000Z'],
    ['an hour of the shop', '2026-04-01T09:30', '2026-04-01T04:00:00.000Z'],
    ['a moment of UTC', '2026-04-01T00:00:00Z', '2026-04-01T00:00:00.000Z'],
    ['a moment with an offset', '2026-04-01T00:00:00+02:00', '2026-03-31T22:00:00.000Z'],
  ])('is %s', (_, text, moment) => {
    expect(momentOf(text, 'Asia/Kolkata').toISOString()).toBe(moment);
  });

  test.each(['yesterday', '2026-02-30', ''])('is refused for "%s"', (text) => {
    expect(() => momentOf(text, 'Asia/Kolkata')).toThrow(InvalidArgumentError);
  });
});
