import type { JobKind } from '../domain/decision.ts';
import { Coalescer } from '../platform/sharing/coalesce.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/database/postgres.ts';
import { backOffMs, MOST_ATTEMPTS } from './back-off.ts';
import type { Acknowledgement, Broker, JobMessage } from './broker.ts';
import { GiveUp, NotYet, RetryLater, type JobHandler } from './handler.ts';
import type { JobStore, RunningJob } from './job-store.ts';

/** Of a lease, between two signs of life: two may be lost. */
const HEARTBEAT_PART = 1 / 3;
const MOST_BEGUN_AT_ONCE = 100;
const MOST_WAITING_TO_BEGIN = 10_000;
const MOST_TRIES_TO_BEGIN = 60;
const PAUSE_BEFORE_BEGIN_MS = 500;

export interface WorkerOptions {
  readonly store: JobStore;
  readonly broker: Broker;
  readonly handlers: Readonly<Record<JobKind, JobHandler>>;
  /** How many jobs of a kind run at once. */
  readonly concurrencyOf: (kind: JobKind) => number;
  readonly logger: Logger;
  readonly observer?: WorkerObserver;
}

/** Told what becomes of each run, for metrics. */
export interface WorkerObserver {
  jobRan?(
    kind: JobKind,
    result: 'done' | 'retried' | 'waiting' | 'dead' | 'overdue' | 'duplicate' | 'unknown',
    durationSeconds: number,
  ): void;
}

/** A job in this worker's hands, for as long as its lease is kept up. */
interface Run {
  readonly job: RunningJob;
  readonly begunAt: number;
  /** Ends it here, whatever becomes of its handler. */
  readonly letGo: (result: 'overdue') => void;
}

/** Runs what the broker delivers. The outcome is in the database before the message is acknowledged. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Set<Run>();
  readonly #beginning: Coalescer<number, RunningJob | 'duplicate' | 'unknown'>;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#beginning = new Coalescer<number, RunningJob | 'duplicate' | 'unknown'>({
      maxBatchItems: MOST_BEGUN_AT_ONCE,
      maxBatchesInFlight: 1,
      maxQueuedWeight: MOST_WAITING_TO_BEGIN,
      run: async (batch) => {
        const ids = batch.map(({ item }) => item);
        const jobsById = new Map((await options.store.begin(ids)).map((job) => [job.id, job]));
        const others = ids.filter((id) => !jobsById.has(id));
        const existing = others.length > 0 ? await options.store.existing(others) : new Set<number>();
        for (const { item, resolve } of batch) {
          resolve(jobsById.get(item) ?? (others.includes(item) && !existing.has(item) ? 'unknown' : 'duplicate'));
          // A second message of the same job in this very batch is as much a duplicate as a later one.
          jobsById.delete(item);
        }
      },
    });
  }

  async start(): Promise<void> {
    const { store } = this.#options;
    this.#heartbeat = setInterval(
      () => {
        void this.#sayAlive();
      },
      store.leases.jobSeconds * 1_000 * HEARTBEAT_PART,
    );
    await this.#options.broker.consume((message) => this.#consume(message), this.#options.concurrencyOf);
  }

  /**
   * Gives back what it has not begun, and waits for the jobs under way, at most `patienceMs`; those still running then
   * are put back for another worker. What cannot be given back is given out again when its lease runs out.
   */
  async stop(patienceMs: number): Promise<void> {
    const { broker, store } = this.#options;
    const patience = pause(patienceMs);
    const undelivered = broker.takeBack();
    const closed = broker.close();
    await this.#giveBack(undelivered.length, () => store.unqueue(undelivered.map(({ jobId }) => jobId)));
    await Promise.race([closed, patience]);
    clearInterval(this.#heartbeat);
    const abandoned = Array.from(this.#running, ({ job }) => job);
    await this.#giveBack(abandoned.length, () => store.putBack(abandoned));
  }

  async #giveBack(jobs: number, write: () => Promise<void>): Promise<void> {
    if (jobs === 0) return;
    try {
      await write();
      this.#options.logger.info({ jobs }, 'jobs are put back for another worker');
    } catch (error) {
      this.#options.logger.warn({ jobs, error: String(error) }, 'jobs could not be put back; their leases run out');
    }
  }

  async #consume(message: JobMessage): Promise<Acknowledgement> {
    const startedAt = performance.now();
    const job = await this.#begin(message.jobId);
    if (job === 'duplicate' || job === 'unknown') {
      this.#options.observer?.jobRan?.(message.kind, job, 0);
      return job === 'duplicate' ? 'ACK' : 'DROP';
    }
    const overdue = Promise.withResolvers<'overdue'>();
    const run: Run = { job, begunAt: performance.now(), letGo: overdue.resolve };
    this.#running.add(run);
    try {
      const result = await Promise.race([this.#run(job), overdue.promise]);
      this.#options.observer?.jobRan?.(job.kind, result, (performance.now() - startedAt) / 1_000);
      return 'ACK';
    } finally {
      this.#running.delete(run);
    }
  }

  /**
   * While the database is away the message is held, a bounded time: giving it back at once would only make it go round,
   * and each round counts towards the broker's delivery limit.
   */
  async #begin(jobId: number): Promise<RunningJob | 'duplicate' | 'unknown'> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#beginning.submit(jobId);
      } catch (error) {
        if (tries === MOST_TRIES_TO_BEGIN || !isUnavailable(error)) throw error;
        await pause(PAUSE_BEFORE_BEGIN_MS);
      }
    }
  }

  /** Runs the handler and writes down what came of it. */
  async #run(job: RunningJob): Promise<'done' | 'retried' | 'waiting' | 'dead'> {
    const { store, handlers, logger } = this.#options;
    const about = { job: job.id, kind: job.kind, order: job.orderId, attempt: job.attempt };
    try {
      const result = await handlers[job.kind](job);
      if (result === 'nothing_to_do') await store.finish(job);
      logger.debug(about, 'job done');
      return 'done';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof NotYet) {
        logger.info({ ...about, reason, retry_in_ms: error.afterMs }, 'job waits for what is under way elsewhere');
        await store.postpone(job, error.afterMs, reason);
        return 'waiting';
      }
      if (error instanceof GiveUp || job.attempt >= MOST_ATTEMPTS) {
        logger.error({ ...about, error: reason }, 'job is dead: it needs a person');
        await store.bury(job, reason);
        return 'dead';
      }
      const leastDelayMs = error instanceof RetryLater ? error.afterMs : 0;
      const delayMs = Math.max(leastDelayMs, backOffMs(job.attempt, Math.random()));
      logger.warn({ ...about, error: reason, retry_in_ms: delayMs }, 'job failed, it is tried again later');
      await store.reschedule(job, delayMs, reason);
      return 'retried';
    }
  }

  async #sayAlive(): Promise<void> {
    this.#letOverdueGo();
    const jobs = Array.from(this.#running, ({ job }) => job);
    if (jobs.length === 0) return;
    try {
      await this.#options.store.extend(jobs);
    } catch (error) {
      this.#options.logger.warn({ error: String(error) }, 'the leases of running jobs could not be extended');
    }
  }

  /** A handler that waits for what never comes would keep its job, and its place here, for ever. */
  #letOverdueGo(): void {
    const { store, logger } = this.#options;
    for (const run of this.#running) {
      const seconds = (performance.now() - run.begunAt) / 1_000;
      if (seconds < store.leases.runSeconds) continue;
      const { id, kind, orderId, attempt } = run.job;
      logger.error(
        { job: id, kind, order: orderId, attempt, seconds },
        'a run does not end: its job is given out again',
      );
      this.#running.delete(run);
      run.letGo('overdue');
    }
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs).unref();
  });
}
