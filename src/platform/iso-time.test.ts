import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoTime } from './iso-time.ts';

test('a date is written as Date.toISOString writes it, whatever the date', () => {
  const anyDate = fc.oneof(fc.date({ noInvalidDate: true }), fc.date({ min: new Date(0), noInvalidDate: true }));
  fc.assert(fc.property(anyDate, (date) => isoTime(date) === date.toISOString()));
});

test('an invalid date is refused as Date.toISOString refuses it', () => {
  expect(() => isoTime(new Date(Number.NaN))).toThrow(RangeError);
});
