import type { Pool } from 'pg';
import { DatabaseUnavailable } from '../platform/database/postgres.ts';

/** What is remembered is asked about again after this, beside the requests. */
const REFRESH_AFTER_MS = 400;
/** No request is ever decided upon what was last confirmed longer ago than this. */
const MOST_AGE_MS = 1_000;
/** A database that does not answer is away, for whoever waits for it here. */
const PATIENCE_MS = 3_000;

interface Confirmed {
  readonly epoch: number;
  /** Neither a person nor a key was ever made. */
  readonly isUnclaimed: boolean;
  /** When the question was asked, by performance.now(). */
  readonly askedAt: number;
}

/**
 * Keeps what this process remembers of who may come in as old as a second at most. One row, the epoch, says whether
 * anything has changed; it is read twice a second while there are requests, and not at all while there are none.
 */
export class Knowledge {
  readonly #pool: Pool;
  readonly #forget: () => void;
  #confirmed: Confirmed | undefined;
  #asking: Promise<Confirmed> | undefined;
  #turn = 0;

  /** @param forget drops everything that was remembered under the epoch before */
  constructor(pool: Pool, forget: () => void) {
    this.#pool = pool;
    this.#forget = forget;
  }

  /** What holds now, without waiting; undefined: it is too long ago, or was never asked. Call `confirm` then. */
  get current(): Confirmed | undefined {
    const confirmed = this.#confirmed;
    if (!confirmed) return undefined;
    const age = performance.now() - confirmed.askedAt;
    if (age > MOST_AGE_MS) return undefined;
    // A failure shows when the age runs out, and then to somebody who waits for it.
    if (age > REFRESH_AFTER_MS) this.confirm().catch(() => undefined);
    return confirmed;
  }

  /** Grows whenever what was read before may no longer hold: what a slow query brings home from an earlier one is dropped. */
  get turn(): number {
    return this.#turn;
  }

  /** @throws DatabaseUnavailable */
  confirm(): Promise<Confirmed> {
    if (this.#asking) return this.#asking;
    const asking = this.#ask().finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    this.#asking = asking;
    return asking;
  }

  /** Something was changed through this process: the next request asks first. */
  changed(): void {
    this.#turn += 1;
    this.#confirmed = undefined;
    this.#asking = undefined;
    this.#forget();
  }

  async #ask(): Promise<Confirmed> {
    const turn = this.#turn;
    const askedAt = performance.now();
    const { rows } = await answerWithin(
      PATIENCE_MS,
      this.#pool.query<{ epoch: number; unclaimed: boolean }>({
        name: 'read-identity-epoch',
        text: `SELECT epoch, NOT EXISTS (SELECT FROM api_keys) AND NOT EXISTS (SELECT FROM people) AS unclaimed
               FROM identity_epoch`,
      }),
    );
    const [row] = rows;
    if (!row) throw new Error('the table identity_epoch has lost its row');
    const confirmed = { epoch: row.epoch, isUnclaimed: row.unclaimed, askedAt };
    if (turn !== this.#turn) return this.confirm();
    if (this.#confirmed?.epoch !== confirmed.epoch) {
      this.#turn += 1;
      this.#forget();
    }
    this.#confirmed = confirmed;
    return confirmed;
  }
}

async function answerWithin<Result>(patienceMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseUnavailable('the database does not answer'));
    }, patienceMs);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
