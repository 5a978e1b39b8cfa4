import { DateTime } from 'luxon';

const SHAPE = 'yyyy-MM-dd HH:mm:ss';

/**
 * A local time in London as ISO 8601 in UTC; undefined when the text is no date and time.
 *
 * When the clocks go forward an hour does not exist, and is taken as if they had not. When they go back an hour occurs
 * twice, and the first is taken: left to itself, Luxon answers by the season in which it is asked, and a file must
 * come to the same orders in summer and in winter.
 */
export function londonToUtc(text: string): string | undefined {
  const local = DateTime.fromFormat(text, SHAPE, { zone: 'Europe/London' });
  if (!local.isValid) return undefined;
  const [first = local, second = local] = local.getPossibleOffsets();
  return (first < second ? first : second).toUTC().toISO();
}
