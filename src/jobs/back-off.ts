/** Runs of a job before it is set aside for a person. */
export const MOST_ATTEMPTS = 12;

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 600_000;

/**
 * How long to wait after a failed run: doubling from a second up to ten minutes, of which a random half is jitter, so
 * that jobs that failed together do not come back together. Twelve attempts span about 20 minutes.
 *
 * @param attempt runs so far, from 1
 * @param random from 0 up to 1
 */
export function backOffMs(attempt: number, random: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(full / 2 + (full / 2) * random);
}

const SHORTEST_INQUIRY_MS = 30_000;
const LONGEST_INQUIRY_MS = 6 * 3_600_000;
/** How long the other side may take before a person must look. */
export const LONGEST_WAIT_MS = 14 * 86_400_000;

/** How long a mail server may be away, or want a message later, before that counts as a failure. */
const LONGEST_MAIL_WAIT_MS = 2 * 86_400_000;
const LONGEST_MAIL_DELAY_MS = 3_600_000;

/**
 * How long until a message is offered to a mail server again: half as long as it was waited for so far, from half a minute
 * up to an hour. Undefined: it was waited for long enough.
 */
export function mailDelayMs(waitedMs: number): number | undefined {
  return waitedMs > LONGEST_MAIL_WAIT_MS ? undefined : Math.min(inquiryDelayMs(waitedMs), LONGEST_MAIL_DELAY_MS);
}

/**
 * How long until what the other side has taken on is asked about again: half as long as it was waited for so far, from
 * half a minute up to six hours. That makes about 70 questions in two weeks.
 *
 * @param waitedMs since it was taken on
 */
export function inquiryDelayMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs / 2, SHORTEST_INQUIRY_MS), LONGEST_INQUIRY_MS);
}
