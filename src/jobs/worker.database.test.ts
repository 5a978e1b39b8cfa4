import { afterEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { eventually } from '../../test/support/eventually.ts';
import { handlersOfAll, useJobs } from '../../test/support/jobs.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { createLogger, silentLogger } from '../platform/logger.ts';
import type { JobView } from '../queries/jobs.ts';
import { MOST_ATTEMPTS } from './back-off.ts';
import { GiveUp, RetryLater, type JobHandler } from './handler.ts';
import { InProcessBroker } from './in-process-broker.ts';
import { DEFAULT_LEASES, JobStore } from './job-store.ts';
import { Worker, type WorkerObserver } from './worker.ts';

const database = useDatabase();
const shop = useEngine(database);
const jobs = useJobs(database);

const JOB_NUMBER_OF_NOBODY = 900_000_000_000;

afterEach(() => database.pool.query("UPDATE jobs SET state = 'DONE'; DELETE FROM jobs"));

/** A shipped order's job, before anybody has taken it. */
async function newJob(): Promise<JobView> {
  const { id } = await shop.shippedOrder();
  return onlyOne(await jobs.of(id, 'invoice.render'));
}

async function reread(job: JobView): Promise<JobView> {
  return onlyOne(await jobs.of(job.orderId, job.kind));
}

/** What the job has become once its run has ended. */
function ended(job: JobView): Promise<JobView> {
  return eventually('the run has ended', async () => {
    const now = await reread(job);
    return (now.attempts > job.attempts || now.state === 'DEAD') && now.state !== 'RUNNING' ? now : undefined;
  });
}

function failing(error: Error): JobHandler {
  return () => Promise.reject(error);
}

/** How long the job waits for its next run, counted from its last change, in milliseconds. */
function delayOf({ runAt, updatedAt }: JobView): number {
  return runAt.getTime() - updatedAt.getTime();
}

describe('a run that ends well', () => {
  test('nothing to do: the worker finishes the job', async () => {
    const job = await newJob();
    await jobs.start({});
    expect(await ended(job)).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
  });

  test('settled: the job is finished by the transaction that writes its outcome', async () => {
    const job = await newJob();
    await jobs.start({
      'invoice.render': async ({ id, orderId, subjectId }) => {
        const command = { type: 'mark_invoice', invoiceId: subjectId, mark: 'rendered' } as const;
        const intent = { kind: 'change', target: { orderId }, command } as const;
        await shop.engine.execute({ actor: 'worker', finishesJobId: id, intent });
        return 'settled';
      },
    });
    expect(await ended(job)).toMatchObject({ state: 'DONE', attempts: 1 });
    const { rows } = await database.pool.query(
      `SELECT jobs.xmin = invoices.xmin AS together, rendered_at IS NOT NULL AS rendered
       FROM jobs JOIN invoices ON invoices.id = jobs.subject_id WHERE jobs.id = $1`,
      [job.id],
    );
    expect(rows).toEqual([{ together: true, rendered: true }]);
  });

  test('100 orders shipped: each job runs once, never more at once than the worker takes', async () => {
    const orders = await Promise.all(Array.from({ length: 100 }, () => shop.shippedOrder()));
    const runs = new Map<number, number>();
    let [running, most] = [0, 0];
    await jobs.start({
      'invoice.render': async ({ orderId }) => {
        most = Math.max(most, (running += 1));
        await database.pool.query('SELECT');
        running -= 1;
        runs.set(orderId, (runs.get(orderId) ?? 0) + 1);
        return 'nothing_to_do';
      },
    });
    await jobs.allEnded();
    expect(runs).toEqual(new Map(orders.map(({ id }) => [id, 1])));
    expect(most).toBe(4);
  });
});

describe('a run that fails', () => {
  test('the job is ready again after its back-off, with the error on record', async () => {
    const job = await newJob();
    await jobs.start({ 'invoice.render': failing(new Error('the disk is full')) });
    const first = await ended(job);
    expect(first).toMatchObject({ state: 'READY', attempts: 1, lastError: 'the disk is full' });
    expect(delayOf(first)).toBeGreaterThanOrEqual(500);
    expect(delayOf(first)).toBeLessThanOrEqual(1_000);
    await database.pool.query('UPDATE jobs SET attempts = 6, run_at = now() WHERE id = $1', [job.id]);
    const seventh = await ended({ ...first, attempts: 6 });
    expect(seventh.attempts).toBe(7);
    expect(delayOf(seventh)).toBeGreaterThanOrEqual(32_000);
    expect(delayOf(seventh)).toBeLessThanOrEqual(64_000);
  });

  test('a handler that names a longer wait gets it', async () => {
    const job = await newJob();
    await jobs.start({ 'invoice.render': failing(new RetryLater('ask again in a minute', 60_000)) });
    const put = await ended(job);
    expect(put).toMatchObject({ state: 'READY', lastError: 'ask again in a minute' });
    expect(delayOf(put)).toBe(60_000);
  });

  test('a handler that gives up makes a dead letter at once; other jobs go on', async () => {
    const [poison, other] = [await newJob(), await newJob()];
    await jobs.start({
      'invoice.render': ({ id }) =>
        id === poison.id ? Promise.reject(new GiveUp('unreadable')) : Promise.resolve('nothing_to_do'),
    });
    expect(await ended(poison)).toMatchObject({ state: 'DEAD', attempts: 1, lastError: 'unreadable' });
    expect(await ended(other)).toMatchObject({ state: 'DONE' });
  });

  test('the twelfth failure is the last: the job is dead', async () => {
    const job = await newJob();
    let runs = 0;
    await jobs.start({ 'invoice.render': () => Promise.reject(new Error(`failure ${(runs += 1)}`)) });
    await jobs.allEnded();
    expect(await reread(job)).toMatchObject({ state: 'DEAD', attempts: MOST_ATTEMPTS, lastError: 'failure 12' });
    expect(runs).toBe(MOST_ATTEMPTS);
  });

  test('a job whose worker dies twelve times in a row is dead, and never run again', async () => {
    const job = await newJob();
    for (let lost = 0; lost < MOST_ATTEMPTS; lost += 1) {
      await jobs.take(job.id);
      await jobs.loseWorkerOf(job.id);
    }
    expect(await reread(job)).toMatchObject({ state: 'DEAD', lastError: 'the worker was lost while it ran' });
    await expect(jobs.take(job.id)).rejects.toThrow('is not there to be taken');
  });
});

describe('messages', () => {
  interface Delivery {
    readonly broker: InProcessBroker;
    readonly worker: Worker;
    readonly results: string[];
  }

  /** A worker without a relay: the test itself is the one who sends. */
  async function startWorker(
    handler: JobHandler,
    concurrency = 4,
    { leases = DEFAULT_LEASES, logger = silentLogger } = {},
  ): Promise<Delivery> {
    const results: string[] = [];
    const observer: WorkerObserver = { jobRan: (_, result) => results.push(result) };
    const broker = new InProcessBroker();
    const handlers = handlersOfAll(handler);
    const store = new JobStore(database.pool, leases);
    const worker = new Worker({
      store,
      broker,
      handlers,
      concurrencyOf: () => concurrency,
      logger,
      observer,
    });
    await worker.start();
    return { broker, worker, results };
  }

  test('the same message ten times: the handler runs once', async () => {
    const job = await newJob();
    const [message] = await new JobStore(database.pool).claim(1);
    let runs = 0;
    const { broker, worker, results } = await startWorker(() => {
      runs += 1;
      return Promise.resolve('nothing_to_do');
    });
    await broker.publish(Array.from({ length: 10 }, () => ({ jobId: job.id, kind: job.kind })));
    await eventually('all ten are dealt with', () => results.length === 10);
    await worker.stop(1_000);
    expect(message?.jobId).toBe(job.id);
    expect(results.toSorted()).toEqual(['done', ...Array<string>(9).fill('duplicate')]);
    expect(runs).toBe(1);
    expect(await reread(job)).toMatchObject({ state: 'DONE', attempts: 1 });
  });

  test('a message about a job that there never was runs nothing', async () => {
    const { broker, worker, results } = await startWorker(failing(new Error('never')));
    await broker.publish([{ jobId: JOB_NUMBER_OF_NOBODY, kind: 'invoice.render' }]);
    await eventually('it is dealt with', () => results.length === 1);
    await worker.stop(1_000);
    expect(results).toEqual(['unknown']);
  });

  test('a run that does not end loses its job, makes room for others, and is told', async () => {
    const [endless, other] = [await newJob(), await newJob()];
    const claimed = await new JobStore(database.pool).claim(2);
    const lines: string[] = [];
    const { broker, worker, results } = await startWorker(
      ({ id }) => (id === endless.id ? new Promise(() => undefined) : Promise.resolve('nothing_to_do')),
      1,
      {
        leases: { messageSeconds: 60, jobSeconds: 0.3, runSeconds: 0.6 },
        logger: createLogger('warn', { write: (line) => lines.push(line) }),
      },
    );
    await broker.publish(claimed.toSorted((a) => (a.jobId === endless.id ? -1 : 1)));
    await eventually('the other has run', async () => (await reread(other)).state === 'DONE');
    expect(results).toEqual(['overdue', 'done']);
    expect(lines).toEqual([expect.stringContaining('a run does not end: its job is given out again')]);
    await eventually('its lease has run out', async () => {
      await new JobStore(database.pool).recoverExpired();
      return (await reread(endless)).state === 'READY';
    });
    await worker.stop(1_000);
    expect(await reread(endless)).toMatchObject({ attempts: 1, lastError: 'the worker was lost while it ran' });
  });

  test('stopping puts a running job back without counting the attempt, and its late failure changes nothing', async () => {
    const job = await newJob();
    await new JobStore(database.pool).claim(1);
    const held = Promise.withResolvers<'nothing_to_do'>();
    const { broker, worker, results } = await startWorker(() => held.promise);
    await broker.publish([{ jobId: job.id, kind: job.kind }]);
    await eventually('it runs', async () => (await reread(job)).state === 'RUNNING');
    await worker.stop(0);
    const putBack = await reread(job);
    expect(putBack).toMatchObject({ state: 'READY', attempts: 0, lastError: null });
    held.reject(new Error('too late'));
    await eventually('the late run has ended', () => results.length === 1);
    expect(await reread(job)).toEqual(putBack);
  });

  test('stopping puts jobs back that were handed over and not begun', async () => {
    const waiting = [await newJob(), await newJob(), await newJob()];
    const claimed = await new JobStore(database.pool).claim(3);
    const held = Promise.withResolvers<'nothing_to_do'>();
    const { broker, worker } = await startWorker(() => held.promise, 1);
    await broker.publish(claimed);
    const states = async () => (await Promise.all(waiting.map(reread))).map(({ state }) => state).toSorted();
    await eventually('one runs', async () => (await states()).includes('RUNNING'));
    const stopped = worker.stop(10_000);
    await eventually('the others are back', async () => (await states()).join() === 'READY,READY,RUNNING');
    held.resolve('nothing_to_do');
    await stopped;
    expect(await states()).toEqual(['DONE', 'READY', 'READY']);
  });

  test('stopping waits for a job that ends in time', async () => {
    const job = await newJob();
    await new JobStore(database.pool).claim(1);
    const held = Promise.withResolvers<'nothing_to_do'>();
    const { broker, worker } = await startWorker(() => held.promise);
    await broker.publish([{ jobId: job.id, kind: job.kind }]);
    await eventually('it runs', async () => (await reread(job)).state === 'RUNNING');
    const stopped = worker.stop(10_000);
    held.resolve('nothing_to_do');
    await stopped;
    expect(await reread(job)).toMatchObject({ state: 'DONE', attempts: 1 });
  });
});
