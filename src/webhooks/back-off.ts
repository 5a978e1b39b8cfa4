const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After each failure, as Standard Webhooks has it: soon at first, and then for three days. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  20 * HOUR,
];
/** Added at random, so that what failed together does not come back together. */
const MOST_JITTER = 0.1;
/** An answer may ask for more patience than ours, within this. */
const LONGEST_RETRY_AFTER_MS = HOUR;

/**
 * How long to wait after so many failures; undefined when it is time to give up.
 *
 * @param failures from 1
 * @param random from 0 up to 1
 * @param retryAfterMs what the answer asked for
 */
export function retryDelayMs(failures: number, random: number, retryAfterMs = 0): number | undefined {
  const delay = RETRY_DELAYS_MS[failures - 1];
  if (delay === undefined) return undefined;
  const asked = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
  return Math.round(Math.max(delay, asked) * (1 + MOST_JITTER * random));
}

/** Of the `Retry-After` header, which is a number of seconds or a date; 0 when it is neither. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}
