import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { isoTimestamp, parseTimestamp } from './timestamp.ts';

const byDriver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date | number;

test('reads every instant as the driver does', () => {
  const instants = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, (instant) => {
      // As PostgreSQL writes it: a space for the T, no zeros at the end, the zone's hours.
      const text = instant
        .toISOString()
        .replace('T', ' ')
        .replace(/\.?0*Z$/, '+00');
      expect(parseTimestamp(text)).toEqual(byDriver(text));
      expect(parseTimestamp(text)).toEqual(instant);
      expect(isoTimestamp(text)).toBe(instant.toISOString());
    }),
  );
});

test.each([
  '2026-11-25 21:32:53.926+05:30',
  '2026-11-25 21:32:53-08',
  '2026-11-25 21:32:53.926123+00',
  '10000-01-01 00:00:00+00',
  '0044-03-15 00:00:00+00 BC',
  'infinity',
])('leaves %s to the driver', (text) => {
  expect(parseTimestamp(text)).toEqual(byDriver(text));
});

test.each([
  ['2026-11-25 21:32:53.926+05:30', '2026-11-25T16:02:53.926Z'],
  ['2026-11-25 21:32:53.926123+00', '2026-11-25T21:32:53.926Z'],
  ['0044-03-15 00:00:00+00 BC', '-000043-03-15T00:00:00.000Z'],
])('writes %s as ISO text', (text, iso) => {
  expect(isoTimestamp(text)).toBe(iso);
});

test('writes no text for what is no instant', () => {
  expect(() => isoTimestamp('infinity')).toThrow(RangeError);
});
