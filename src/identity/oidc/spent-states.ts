import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { RateLimiter } from '../rate-limiter.ts';
import { KEPT_SECONDS } from './kept-sign-in.ts';

/** Full again only once the cookie that keeps the state is over by itself. */
const ONCE = { perSecond: 1 / (2 * KEPT_SECONDS), burst: 1 };

/** Which states somebody has come back with: each of them asks the provider once, in whichever process. */
export class SpentStates {
  readonly #uses: RateLimiter;

  constructor(pool: Pool) {
    this.#uses = new RateLimiter(pool, ONCE);
  }

  /** False: it was spent before. */
  async spend(state: string): Promise<boolean> {
    const grant = await this.#uses.take(`sign-in state ${hash('sha256', state)}`);
    return grant.allowed;
  }
}
