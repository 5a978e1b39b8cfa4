import { afterEach, expect } from 'vitest';
import type { JobKind } from '../../src/domain/decision.ts';
import type { JobHandler } from '../../src/jobs/handler.ts';
import { InProcessBroker } from '../../src/jobs/in-process-broker.ts';
import { JobStore, type RunningJob } from '../../src/jobs/job-store.ts';
import { Relay } from '../../src/jobs/relay.ts';
import { Worker } from '../../src/jobs/worker.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { readJob, type JobView } from '../../src/queries/jobs.ts';
import type { TestDatabase } from './database.ts';

const CONCURRENCY = 4;
const PATIENCE_MS = 2_000;
const END_TIMEOUT_MS = 20_000;

export interface TestJobs {
  /** Runs relay and worker with these handlers; a kind that has none is done at once. Stopped after the test. */
  start(handlers: Partial<Record<JobKind, JobHandler>>): Promise<void>;
  stop(): Promise<void>;
  /** The order's jobs of a kind, oldest first. */
  of(orderId: number, kind: JobKind): Promise<JobView[]>;
  /** Leaves nothing to do: what an earlier test has left to wait is nobody's here. */
  clear(): Promise<void>;
  /** Waits until every job is DONE, DEAD or DISMISSED. Nobody sleeps through a back-off: what waits for its time gets it now. */
  allEnded(): Promise<void>;
  /** Takes a job as relay and worker do, for a test that runs it by hand. */
  take(jobId: number): Promise<RunningJob>;
  /** As if the worker that had the job had died half a minute ago: the next `take` gets it. */
  loseWorkerOf(jobId: number): Promise<void>;
}

/** Called at the top of a test file, after useDatabase: the real relay, in-process broker and worker. */
export function useJobs(database: TestDatabase): TestJobs {
  const store = () => new JobStore(database.pool);
  let running: { worker: Worker; relay: Relay } | undefined;

  const jobs: TestJobs = {
    start: async (handlers) => {
      const broker = new InProcessBroker();
      const nothing: JobHandler = () => Promise.resolve('nothing_to_do');
      const worker = new Worker({
        store: store(),
        broker,
        logger: silentLogger,
        concurrencyOf: () => CONCURRENCY,
        handlers: { ...handlersOfAll(nothing), ...handlers },
      });
      const relay = new Relay(store(), broker, silentLogger);
      running = { worker, relay };
      await worker.start();
      relay.start();
    },
    stop: async () => {
      const { relay, worker } = running ?? {};
      running = undefined;
      await relay?.stop();
      await worker?.stop(PATIENCE_MS);
    },
    of: async (orderId, kind) => {
      const { rows } = await database.pool.query<{ id: number }>(
        'SELECT id FROM jobs WHERE order_id = $1 AND kind = $2 ORDER BY id',
        [orderId, kind],
      );
      const views = await Promise.all(rows.map(({ id }) => readJob(database.pool, id)));
      return views.filter((view) => view !== undefined);
    },
    clear: async () => {
      await database.pool.query(`UPDATE jobs SET state = 'DONE', leased_until = NULL WHERE state <> 'DONE'`);
    },
    allEnded: async () => {
      const unfinished = async () => {
        await database.pool.query(`UPDATE jobs SET run_at = now() WHERE state = 'READY' AND run_at > now()`);
        const { rows } = await database.pool.query<{ kind: JobKind; state: string }>(
          `SELECT kind, state FROM jobs WHERE state NOT IN ('DONE', 'DEAD', 'DISMISSED')`,
        );
        return rows;
      };
      await expect.poll(unfinished, { timeout: END_TIMEOUT_MS, interval: 20 }).toEqual([]);
    },
    take: async (jobId) => {
      // The longest due is claimed first, and the others stay for whoever they are meant for.
      await database.pool.query(`UPDATE jobs SET run_at = 'epoch' WHERE id = $1 AND state = 'READY'`, [jobId]);
      await store().claim(1);
      const [job] = await store().begin([jobId]);
      if (!job) throw new Error(`job ${jobId} is not there to be taken`);
      return job;
    },
    loseWorkerOf: async (jobId) => {
      const { rowCount } = await database.pool.query(
        `UPDATE jobs SET leased_until = now() - interval '1 second' WHERE id = $1 AND state = 'RUNNING'`,
        [jobId],
      );
      if (rowCount !== 1) throw new Error(`job ${jobId} is in nobody's hands`);
      await store().recoverExpired();
    },
  };
  afterEach(() => jobs.stop());
  return jobs;
}

/** The same handler for every kind of job. */
export function handlersOfAll(handler: JobHandler): Record<JobKind, JobHandler> {
  return {
    'invoice.render': handler,
    'invoice.email': handler,
    'credit_note.render': handler,
    'credit_note.email': handler,
    'invoice.erase': handler,
    'credit_note.erase': handler,
    'payment.authorise': handler,
    'payment.capture': handler,
    'payment.void': handler,
    'payment.inquire': handler,
    'refund.submit': handler,
    'refund.inquire': handler,
  };
}
