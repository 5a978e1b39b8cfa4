import type { Pool } from 'pg';
import { countedAddress } from '../counted-address.ts';
import { RateLimiter, type RateLimit } from '../rate-limiter.ts';
import { normalEmail, type Database } from './people.ts';

/** Of one address, whoever they ask for: an office may begin its day at once, and a list of passwords takes for ever. */
const ATTEMPTS: RateLimit = { perSecond: 0.5, burst: 60 };
/** So many attempts may fail before the next has to wait: a second, and then twice as long each time. */
const FREE_FAILURES = 5;
const LONGEST_WAIT_SECONDS = 900;
/** Past this, twice as long would be past the longest anyway. */
const MOST_DOUBLINGS = 10;
const FAILURES_KEPT_HOURS = 24;
const FAMILIAR_DAYS = 90;
const REMOVED_AT_ONCE = 1_000;

/** Whether an attempt may be made; who makes it says when it has succeeded. */
export type Attempt =
  | { readonly isAllowed: true; readonly subject: string }
  | { readonly isAllowed: false; readonly retryAfterSeconds: number };

/**
 * Slows guessing down, by e-mail address and by network address. Every attempt is counted as failed before it is looked
 * at, so that many at once are no way around it. Addresses that nobody has are counted alike: it tells nothing. A wait
 * ends by itself, and what strangers do keeps nobody out of where they have signed in from before.
 */
export class SignInThrottle {
  readonly #pool: Pool;
  readonly #ofAddress: RateLimiter;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#ofAddress = new RateLimiter(pool, ATTEMPTS);
  }

  /** Counts whatever costs us something, or could be guessed at, of somebody whom nobody knows yet. */
  async ofAddress(address: string): Promise<number | undefined> {
    const grant = await this.#ofAddress.take(`sign-in ${countedAddress(address)}`);
    return grant.allowed ? undefined : grant.retryAfterSeconds;
  }

  async attempt(email: string, address: string): Promise<Attempt> {
    const wait = await this.ofAddress(address);
    if (wait !== undefined) return { isAllowed: false, retryAfterSeconds: wait };
    // A free attempt leaves no time behind: held against one, another of the same moment would come before it, and wait.
    const { rows } = await this.#pool.query<{ subject: string; isCounted: boolean; wait: number | null }>({
      text: `WITH asked AS (
               SELECT sha256(convert_to($1 || CASE WHEN EXISTS (
                        SELECT FROM familiar_addresses JOIN people ON people.id = person_id
                        WHERE email = $1 AND address IN ($2, $6)) THEN ' ' || $2 ELSE '' END, 'UTF8')) AS subject),
             counted AS (
               INSERT INTO sign_in_failures AS failed (subject, failures, blocked_until, failed_at)
               SELECT subject, 1, '-infinity', now() FROM asked
               ON CONFLICT (subject) DO UPDATE
               SET failures = failed.failures + 1, failed_at = now(),
                   blocked_until = CASE WHEN failed.failures + 1 < $3 THEN '-infinity'
                     ELSE now() + make_interval(secs => least($4, power(2, least($5, failed.failures + 1 - $3)))) END
               WHERE failed.blocked_until <= now()
               RETURNING 1)
             SELECT encode(subject, 'base64') AS subject, EXISTS (SELECT FROM counted) AS "isCounted",
                    (SELECT ceil(extract(epoch FROM blocked_until - now()))::integer FROM sign_in_failures
                     WHERE sign_in_failures.subject = asked.subject AND blocked_until > now()) AS wait
             FROM asked`,
      values: [
        normalEmail(email),
        countedAddress(address),
        FREE_FAILURES,
        LONGEST_WAIT_SECONDS,
        MOST_DOUBLINGS,
        // As earlier versions have kept it.
        address,
      ],
    });
    const [row] = rows;
    if (!row) throw new Error('a question without a table was answered with nothing');
    if (row.isCounted) return { isAllowed: true, subject: row.subject };
    return { isAllowed: false, retryAfterSeconds: Math.max(1, row.wait ?? 1) };
  }

  async succeeded(subject: string): Promise<void> {
    await this.#pool.query({
      text: `DELETE FROM sign_in_failures WHERE subject = decode($1, 'base64')`,
      values: [subject],
    });
  }
}

/** Removes what is too old to count, a bounded number. Answers with how many went. */
export async function removeOldSignInFailures(database: Database): Promise<number> {
  const { rowCount } = await database.query({
    text: `DELETE FROM sign_in_failures WHERE subject IN (
             SELECT subject FROM sign_in_failures WHERE failed_at < now() - make_interval(hours => $1)
             ORDER BY failed_at LIMIT $2)`,
    values: [FAILURES_KEPT_HOURS, REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}

export async function removeOldFamiliarAddresses(database: Database): Promise<number> {
  const { rowCount } = await database.query({
    text: `DELETE FROM familiar_addresses WHERE (person_id, address) IN (
             SELECT person_id, address FROM familiar_addresses
             WHERE last_signed_in_at < now() - make_interval(days => $1) ORDER BY last_signed_in_at LIMIT $2)`,
    values: [FAMILIAR_DAYS, REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}
