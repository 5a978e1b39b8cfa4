import type { Pool } from 'pg';
import { countedAddress } from './counted-address.ts';
import type { Principal } from './principal.ts';
import { RateLimiter, type Grant, type RateLimit } from './rate-limiter.ts';

/** So many seconds' worth may come at once. */
export const BURST_SECONDS = 10;

/** Of one address: thirty attempts that failed at once, then one every two seconds. */
const FAILURES: RateLimit = { perSecond: 0.5, burst: 30 };

/** How much whoever comes may ask for: callers by their name, and those whom nobody knows by their address. */
export class Limits {
  /** 0: nothing is limited. */
  readonly callersPerSecond: number;
  readonly #callers: RateLimiter | undefined;
  readonly #failures: RateLimiter | undefined;

  constructor(pool: Pool, perSecond: number) {
    this.callersPerSecond = perSecond;
    this.#callers = perSecond > 0 ? new RateLimiter(pool, { perSecond, burst: perSecond * BURST_SECONDS }) : undefined;
    this.#failures = perSecond > 0 ? new RateLimiter(pool, FAILURES) : undefined;
  }

  /** Undefined: there is no limit, as for this machine's own user. */
  ofCaller({ kind, caller }: Principal, cost: number): Grant | Promise<Grant> | undefined {
    return kind === 'local' ? undefined : this.#callers?.take(`caller ${caller}`, cost);
  }

  /** Counts an attempt to come in that failed. Undefined: there is no limit. */
  async ofFailure(address: string): Promise<Grant | undefined> {
    return this.#failures?.take(`address ${countedAddress(address)}`);
  }
}
