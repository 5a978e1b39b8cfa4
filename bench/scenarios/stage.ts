import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSample, type SampleFiles } from '../load/sample.ts';
import type { BenchDatabase } from '../server/database.ts';
import { cpuSecondsOf, residentMebibytes } from '../server/proc.ts';
import { startProcess, type ServerProcess } from '../server/process.ts';
import { ARTICLES } from '../shop/catalogue.ts';

/** CPU seconds used so far, by part of the system. */
export interface CpuReading {
  readonly web: number;
  /** Null: the server is on another machine. */
  readonly database: number | null;
  /** Worker and gateway. */
  readonly others: number;
}

/** The system under test: its database, and the processes that run on it. */
export class Stage {
  readonly database: BenchDatabase;
  readonly folder: string;
  #web: ServerProcess | undefined;
  #others: ServerProcess[] = [];

  private constructor(database: BenchDatabase, folder: string) {
    this.database = database;
    this.folder = folder;
  }

  static async open(database: BenchDatabase): Promise<Stage> {
    return new Stage(database, await mkdtemp(join('/var/tmp', 'roundtrip-bench-stage-')));
  }

  get web(): ServerProcess {
    if (!this.#web) throw new Error('web is not running');
    return this.#web;
  }

  get #environment(): Record<string, string> {
    return { DATABASE_URL: this.database.databaseUrl, STOP_DELAY_MS: '0' };
  }

  async startWeb(): Promise<ServerProcess> {
    this.#web = await startProcess({
      name: 'web',
      environment: this.#environment,
      portSetting: 'PORT',
      readyPath: '/ready',
      logFolder: this.folder,
    });
    return this.#web;
  }

  /** The same stage with another service in the place of web, which keeps running beside it. */
  withWebOf(service: ServerProcess, database: BenchDatabase = this.database): Stage {
    const stage = new Stage(database, this.folder);
    stage.#web = service;
    return stage;
  }

  async stopWeb(): Promise<void> {
    await this.#web?.stop();
    this.#web = undefined;
  }

  /** Runs work with a worker and the payment gateway on the same cores. */
  async withWorker<Result>(use: () => Promise<Result>): Promise<Result> {
    const common = { environment: this.#environment, logFolder: this.folder };
    const gateway = await startProcess({
      ...common,
      name: 'gateway',
      portSetting: 'GATEWAY_PORT',
      readyPath: '/health',
    });
    this.#others.push(gateway);
    try {
      const environment = { ...this.#environment, PAYMENT_GATEWAY_BASE_URL: gateway.url };
      const worker = { ...common, environment, name: 'worker', portSetting: 'METRICS_PORT', readyPath: '/health' };
      this.#others.push(await startProcess(worker));
      return await use();
    } finally {
      for (const other of this.#others.splice(0).reverse()) await other.stop();
    }
  }

  cpu(): CpuReading {
    const { postmasterPid } = this.database;
    return {
      web: cpuSecondsOf(this.web.pid),
      database: postmasterPid === undefined ? null : cpuSecondsOf(postmasterPid),
      others: this.#others.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0),
    };
  }

  webMebibytes(): number {
    return residentMebibytes(this.web.pid);
  }

  /** What the flows ask for, as the shop is now. */
  async sample(): Promise<SampleFiles> {
    const [ids] = await this.database.query<{ ids: string | null }>(
      "SELECT string_agg(id::text, ',') AS ids FROM orders",
    );
    const units = await this.database.query<{ order_id: string; id: string }>(RETURNABLE_UNITS);
    const [customers] = await this.database.query<{ most: number }>(MOST_CUSTOMER);
    return writeSample(this.folder, {
      orderIds: Float64Array.from((ids?.ids ?? '').split(','), Number),
      returnable: Float64Array.from(units.flatMap((unit) => [Number(unit.order_id), Number(unit.id)])),
      customers: customers?.most ?? 1,
      skus: ARTICLES,
    });
  }

  /** Leaves nothing to do for a worker that starts: what other scenarios have caused is not the next one's work. */
  async clearDesk(): Promise<void> {
    await this.database.query("UPDATE jobs SET state = 'DONE', leased_until = NULL WHERE state <> 'DONE'");
    await this.database.query(
      `UPDATE event_feed_progress SET (transaction_id, transition_id) =
         (SELECT transaction_id, id FROM state_transitions ORDER BY transaction_id DESC, id DESC LIMIT 1)
       WHERE EXISTS (SELECT FROM state_transitions)`,
    );
    await this.database.query('CHECKPOINT').catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.stopWeb();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One row for each unit of a delivered order that may still come back, in no order: no two of an order side by side. */
const RETURNABLE_UNITS = `
  SELECT order_id, order_items.id
  FROM orders JOIN order_items ON order_id = orders.id, generate_series(1, quantity - returned_quantity) AS unit
  WHERE state = 'DELIVERED' AND sku LIKE 'SKU-%'
  ORDER BY hashint8extended(order_items.id, unit) LIMIT 100000`;

/** Customers are numbered from 0. */
const MOST_CUSTOMER = `SELECT max(substr(customer_id, 10)::integer) AS most FROM orders WHERE customer_id LIKE 'customer-%'`;
