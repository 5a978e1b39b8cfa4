import type { Pool } from 'pg';

export const FAULT_MODES = [
  'decline',
  'error_500',
  'error_429',
  'in_flight',
  'timeout_after',
  'slow',
  'drop_before',
  'drop_after',
  'garbage',
  'huge',
  'pending',
  'pending_decline',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export const FAULT_TARGETS = ['refund', 'payment', 'query', 'all'] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];

export interface Fault {
  readonly mode: FaultMode;
  readonly hits: FaultTarget;
  /** Null: until it is switched off. */
  readonly timesLeft: number | null;
  readonly probability: number;
  readonly delayMs: number | null;
}

const COLUMNS = `mode, hits, times_left AS "timesLeft", probability, delay_ms AS "delayMs"`;

/** The faults that are switched on, for every process of the gateway. */
export class FaultBoard {
  readonly #pool: Pool;
  readonly #closing = new AbortController();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Switches a fault on in the place of those before. */
  async switchOn(fault: Fault): Promise<void> {
    await this.#pool.query({
      text: `WITH off AS (DELETE FROM gateway.faults)
             INSERT INTO gateway.faults (mode, hits, times_left, probability, delay_ms) VALUES ($1, $2, $3, $4, $5)`,
      values: [fault.mode, fault.hits, fault.timesLeft, fault.probability, fault.delayMs],
    });
  }

  async switchOff(): Promise<void> {
    await this.#pool.query('DELETE FROM gateway.faults');
  }

  async list(): Promise<Fault[]> {
    const { rows } = await this.#pool.query<Fault>(
      `SELECT ${COLUMNS} FROM gateway.faults WHERE times_left IS NULL OR times_left > 0 ORDER BY id LIMIT 100`,
    );
    return rows;
  }

  /** The fault that hits this request, one of its times used up; undefined: none. */
  async strike(target: Exclude<FaultTarget, 'all'>): Promise<Fault | undefined> {
    const { rows } = await this.#pool.query<Fault>({
      name: 'strike-fault',
      text: `UPDATE gateway.faults SET times_left = times_left - 1
             WHERE id = (SELECT id FROM gateway.faults
                         WHERE hits IN ($1, 'all') AND (times_left IS NULL OR times_left > 0) AND random() < probability
                         ORDER BY id LIMIT 1 FOR UPDATE)
             RETURNING ${COLUMNS}`,
      values: [target],
    });
    return rows[0];
  }

  /** Waits, as a slow gateway does; cut short when the gateway closes. */
  delay(durationMs: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      signal.addEventListener('abort', end);
    });
  }

  close(): void {
    this.#closing.abort();
  }
}
