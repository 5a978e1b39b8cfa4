import type { Pool } from 'pg';

export interface RateLimit {
  readonly perSecond: number;
  /** What a bucket holds at most: so much may come at once. */
  readonly burst: number;
}

export type Grant =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

interface Lease {
  tokens: number;
  /** In the bucket, when the lease was given. */
  left: number;
  leasedAtMs: number;
  asking: Promise<void> | undefined;
}

/** A bucket's block is this part of it, so that a busy process writes twenty times for a bucketful. */
const BLOCKS_A_BUCKET = 20;
/** What a process has not used by then is given up: the bucket fills by itself. */
const LEASE_MS = 10_000;
const NEVER = Number.NEGATIVE_INFINITY;
const MOST_LEASES = 10_000;
/** Longer than any bucket takes to fill. */
const IDLE_SECONDS = 3_600;
const CLEANED_AT_ONCE = 1_000;

/**
 * Token buckets in the database, one for each name, shared by all processes. A process takes tokens in blocks and deals
 * them out from memory, so that most requests ask nobody, and a flood that is refused asks once a wait.
 */
export class RateLimiter {
  readonly #pool: Pool;
  readonly #limit: RateLimit;
  readonly #block: number;
  readonly #leases = new Map<string, Lease>();

  constructor(pool: Pool, limit: RateLimit) {
    this.#pool = pool;
    this.#limit = limit;
    this.#block = Math.max(1, Math.floor(limit.burst / BLOCKS_A_BUCKET));
  }

  /**
   * Takes as many tokens as something costs, which is never more than a bucketful. Answers at once where it can.
   *
   * @param cost whole tokens, one or more
   */
  take(name: string, cost = 1): Grant | Promise<Grant> {
    const lease = this.#leaseOf(name);
    const ageMs = performance.now() - lease.leasedAtMs;
    const inHand = ageMs < LEASE_MS ? lease.tokens : 0;
    const needed = Math.min(cost, Math.floor(this.#limit.burst));
    if (inHand >= needed) {
      lease.tokens -= needed;
      return { allowed: true, remaining: Math.floor(lease.left) + lease.tokens };
    }
    // More than this there cannot be, whoever else takes of it: while it is not enough, nobody asks the bucket.
    const { perSecond } = this.#limit;
    const missing = needed - inHand - lease.left - (ageMs / 1_000) * perSecond;
    if (missing > 0) return { allowed: false, retryAfterSeconds: Math.ceil(missing / perSecond) };
    return this.#lease(name, lease, needed);
  }

  async #lease(name: string, lease: Lease, cost: number): Promise<Grant> {
    lease.asking ??= this.#ask(name, lease, cost).finally(() => {
      lease.asking = undefined;
    });
    try {
      await lease.asking;
    } catch {
      // Without the database nothing is done anyway; it is not for the limit to say so.
      return { allowed: true, remaining: 0 };
    }
    return this.take(name, cost);
  }

  async #ask(name: string, lease: Lease, cost: number): Promise<void> {
    const { perSecond, burst } = this.#limit;
    if (performance.now() - lease.leasedAtMs >= LEASE_MS) lease.tokens = 0;
    const wanted = Math.max(this.#block, cost - lease.tokens);
    const { rows } = await this.#pool.query<{ granted: number; tokens: number }>({
      name: 'lease-tokens',
      text: `INSERT INTO rate_buckets AS bucket (name, tokens, granted, refilled_at)
             VALUES ($1, $3::double precision - $2, $2, statement_timestamp())
             ON CONFLICT (name) DO UPDATE SET (tokens, granted, refilled_at) = (
               SELECT available - least($2, floor(available)), least($2, floor(available)),
                      greatest(bucket.refilled_at, statement_timestamp())
               FROM (SELECT least($3::double precision, bucket.tokens + $4::double precision * greatest(0,
                              extract(epoch FROM statement_timestamp() - bucket.refilled_at))) AS available) AS filled)
             RETURNING granted, tokens`,
      values: [name, wanted, burst, perSecond],
    });
    const { granted = 0, tokens = 0 } = rows[0] ?? {};
    lease.tokens += granted;
    lease.left = tokens;
    lease.leasedAtMs = performance.now();
  }

  #leaseOf(name: string): Lease {
    const known = this.#leases.get(name);
    if (known) return known;
    if (this.#leases.size >= MOST_LEASES) this.#leases.clear();
    const lease: Lease = { tokens: 0, left: 0, leasedAtMs: NEVER, asking: undefined };
    this.#leases.set(name, lease);
    return lease;
  }
}

/**
 * Removes buckets that nobody has asked for an hour, which are full and so as good as none, a bounded number: some are
 * named by the address of whoever failed to come in. Answers with how many went.
 */
export async function removeIdleBuckets(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query({
    text: `DELETE FROM rate_buckets WHERE name IN (
             SELECT name FROM rate_buckets WHERE refilled_at < now() - make_interval(secs => $1)
             ORDER BY refilled_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    values: [IDLE_SECONDS, CLEANED_AT_ONCE],
  });
  return rowCount ?? 0;
}
