import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { silentLogger } from '../../src/platform/logger.ts';
import { createPool, isUnavailable } from '../../src/platform/database/postgres.ts';

const POOL_SIZE = 4;
const MOST_TRIES = 10;
const PAUSE_MS = 200;

/** Reads a database past every wire, whatever port its server has by now. */
export class Books {
  readonly #urlNow: () => string;
  #pool: { readonly url: string; readonly pool: Pool } | undefined;

  constructor(urlNow: () => string) {
    this.#urlNow = urlNow;
  }

  /** Asks again, for a while, where the server is only too busy to take a connection in time. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { rows } = await this.#current().query<Row>(text, values.length > 0 ? [...values] : undefined);
        return rows;
      } catch (error) {
        if (tries === MOST_TRIES || !isUnavailable(error)) throw error;
        await delay(PAUSE_MS);
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool?.pool.end();
    this.#pool = undefined;
  }

  #current(): Pool {
    const url = this.#urlNow();
    if (this.#pool?.url === url) return this.#pool.pool;
    void this.#pool?.pool.end();
    const pool = createPool({ databaseUrl: url, applicationName: 'faults', size: POOL_SIZE, logger: silentLogger });
    this.#pool = { url, pool };
    return pool;
  }
}
