import pg from 'pg';

const parseAny = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;

const SHORTEST = '2026-11-25 21:32:53+00'.length;
const LONGEST = '2026-11-25 21:32:53.926+00'.length;
const DATE_END = '2026-11-25'.length;
const SECONDS_END = '2026-11-25 21:32:53'.length;
const ZONE_LENGTH = '+00'.length;
const ZERO = '0'.charCodeAt(0);
/** What makes milliseconds of "", ".9", ".92" and ".926", by their lengths. */
const REST_OF_MILLISECONDS = ['.000', '', '00', '0', ''];

/** With the years 0001 to 9999 and at most milliseconds, in UTC. */
function isUsual(text: string): boolean {
  const { length } = text;
  return length >= SHORTEST && length <= LONGEST && text.endsWith('+00') && text[4] === '-';
}

/**
 * Reads a timestamptz as PostgreSQL writes it where the time zone is UTC, digit by digit: a fifth of what the driver's
 * own reader takes. Whatever looks otherwise (another zone, microseconds, infinity, years past 9999) is left to that
 * reader.
 */
export function parseTimestamp(text: string): Date {
  if (!isUsual(text)) return parseAny(text);
  const { length } = text;
  const digit = (at: number): number => text.charCodeAt(at) - ZERO;
  const pair = (at: number): number => digit(at) * 10 + digit(at + 1);
  let milliseconds = 0;
  // ".9", ".92" or ".926": zeros at the end are not written.
  for (let at = 20, unit = 100; at < length - 3; at += 1, unit /= 10) milliseconds += digit(at) * unit;
  const year = pair(0) * 100 + pair(2);
  // Date.UTC takes years below 100 for those of the twentieth century.
  if (year < 100) return parseAny(text);
  return new Date(Date.UTC(year, pair(5) - 1, pair(8), pair(11), pair(14), pair(17), milliseconds));
}

/**
 * A timestamptz as `Date.toISOString` would write it, for what is only shown. A page of a list holds 150 of them, and
 * making a Date of each and text of that was a third of the page's garbage.
 *
 * @throws RangeError when it is no instant that Date can write, such as infinity
 */
export function isoTimestamp(text: string): string {
  if (!isUsual(text)) return new Date(parseAny(text)).toISOString();
  const rest = REST_OF_MILLISECONDS[text.length - ZONE_LENGTH - SECONDS_END] ?? '';
  return `${text.slice(0, DATE_END)}T${text.slice(DATE_END + 1, -ZONE_LENGTH)}${rest}Z`;
}
