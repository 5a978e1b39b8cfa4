const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/**
 * What `Date.toISOString` writes, in a quarter of the time: V8 formats each part of that by `printf`, and a batch writes
 * dozens of times.
 *
 * @throws RangeError when the date is invalid
 */
export function isoTime(date: Date): string {
  const year = date.getUTCFullYear();
  // Others, and those of an invalid date, are written with a sign, with zeros, or not at all.
  if (!(year >= 1_000 && year <= 9_999)) return date.toISOString();
  const month = TWO_DIGITS[date.getUTCMonth() + 1] ?? '';
  const day = TWO_DIGITS[date.getUTCDate()] ?? '';
  const hours = TWO_DIGITS[date.getUTCHours()] ?? '';
  const minutes = TWO_DIGITS[date.getUTCMinutes()] ?? '';
  const seconds = TWO_DIGITS[date.getUTCSeconds()] ?? '';
  const milliseconds = THREE_DIGITS[date.getUTCMilliseconds()] ?? '';
  return `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${milliseconds}Z`;
}
