import { afterEach, describe, expect, test, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { eventually } from '../../test/support/eventually.ts';
import { useJobs } from '../../test/support/jobs.ts';
import { dismissJob, refusalCode, retryJob } from '../../test/support/http/requests.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { createLogger, silentLogger } from '../platform/logger.ts';
import { createPool } from '../platform/database/postgres.ts';
import { countUnfinishedJobs, type JobView } from '../queries/jobs.ts';
import { PublishError, type Broker, type JobMessage } from './broker.ts';
import { GiveUp } from './handler.ts';
import { JobStore } from './job-store.ts';
import { Relay } from './relay.ts';

const database = useDatabase();
const shop = useEngine(database);
const jobs = useJobs(database);
const engines = useEngines(database);
const sessions = useSessions(database);

const RELAY = 'roundtrip relay';

const started: Relay[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(started.splice(0).map((relay) => relay.stop()));
  await database.pool.query("UPDATE jobs SET state = 'DONE'; DELETE FROM jobs");
});

async function newJob(): Promise<JobView> {
  const { id } = await shop.shippedOrder();
  return onlyOne(await jobs.of(id, 'invoice.render'));
}

async function reread(job: JobView): Promise<JobView> {
  return onlyOne(await jobs.of(job.orderId, job.kind));
}

interface CollectingBroker extends Broker {
  readonly published: JobMessage[];
  failures: number;
  free: number;
}

/** Takes messages over and keeps them, for the test to look at; as often as told, it fails to. */
function collectingBroker(failures = 0): CollectingBroker {
  const broker: CollectingBroker = {
    published: [],
    failures,
    free: 100,
    room: () => broker.free,
    publish: (messages) => {
      broker.failures -= 1;
      if (broker.failures >= 0) return Promise.reject(new Error('the broker is away'));
      broker.published.push(...messages);
      return Promise.resolve();
    },
    consume: () => Promise.resolve(),
    takeBack: () => [],
    close: () => Promise.resolve(),
  };
  return broker;
}

function startRelay(broker: Broker, { pool = database.pool, logger = silentLogger } = {}): Relay {
  const relay = new Relay(new JobStore(pool), broker, logger);
  started.push(relay);
  relay.start();
  return relay;
}

describe('handing over', () => {
  test('two relays hand 200 jobs over once each', async () => {
    const orders = await Promise.all(Array.from({ length: 200 }, () => shop.shippedOrder()));
    const [one, other] = [collectingBroker(), collectingBroker()];
    startRelay(one);
    startRelay(other);
    await eventually('all are handed over', () => one.published.length + other.published.length >= orders.length);
    const handed = [...one.published, ...other.published].map(({ jobId }) => jobId);
    expect(new Set(handed).size).toBe(200);
    expect(handed).toHaveLength(200);
  });

  test('no more than the broker has room for', async () => {
    await Promise.all(Array.from({ length: 10 }, () => shop.shippedOrder()));
    const broker = collectingBroker();
    broker.free = 3;
    const relay = startRelay(broker);
    await eventually('some are handed over', () => {
      broker.free = broker.published.length > 0 ? 0 : 3;
      return broker.published.length > 0;
    });
    await relay.stop();
    expect(broker.published).toHaveLength(3);
  });

  test('publishing that fails puts the jobs back, and they are handed over when the broker is there again', async () => {
    const job = await newJob();
    const broker = collectingBroker(1);
    startRelay(broker);
    await eventually('publishing has failed', () => broker.failures === 0);
    await eventually('it is put back', async () => (await reread(job)).state === 'READY');
    expect(await reread(job)).toMatchObject({ attempts: 0, lastError: null });
    await eventually('it is handed over', () => broker.published.length === 1);
    expect(await reread(job)).toMatchObject({ state: 'QUEUED', attempts: 0 });
  });

  test('of jobs handed over together, those that the broker did not take go back, and the others stay', async () => {
    const [taken, refused] = [await newJob(), await newJob()];
    const broker = collectingBroker();
    broker.publish = (messages) => {
      broker.published.push(...messages.filter(({ jobId }) => jobId === taken.id));
      const others = messages.filter(({ jobId }) => jobId !== taken.id);
      return others.length > 0 ? Promise.reject(new PublishError('no queue', others)) : Promise.resolve();
    };
    const relay = startRelay(broker);
    await eventually('one is handed over', () => broker.published.length === 1);
    await relay.stop();
    expect(await reread(taken)).toMatchObject({ state: 'QUEUED' });
    expect(await reread(refused)).toMatchObject({ state: 'READY', attempts: 0 });
  });

  test('jobs whose message or worker was lost are handed over again', async () => {
    const [queued, running] = [await newJob(), await newJob()];
    await jobs.take(running.id);
    await database.pool.query(`UPDATE jobs SET leased_until = now() - interval '1 second'`);
    const broker = collectingBroker();
    startRelay(broker);
    await eventually('both are handed over', () => broker.published.length === 2);
    expect(await reread(queued)).toMatchObject({ state: 'QUEUED', attempts: 0 });
    expect(await reread(running)).toMatchObject({ state: 'QUEUED', attempts: 1 });
  });

  test('jobs whose message was lost are handed over again though the clock was set back an hour', async () => {
    const job = await newJob();
    const broker = collectingBroker();
    startRelay(broker);
    await eventually('it is handed over', () => broker.published.length === 1);
    const before = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(before - 3_600_000);
    await database.pool.query(`UPDATE jobs SET leased_until = now() - interval '1 second'`);
    await eventually('it is handed over again', () => broker.published.length === 2);
    expect(await reread(job)).toMatchObject({ state: 'QUEUED', attempts: 0 });
  });

  test('jobs that lost their last worker are told as dead, not as given out again', async () => {
    const job = await newJob();
    await database.pool.query(
      `UPDATE jobs SET state = 'RUNNING', attempts = 12, leased_until = now() - interval '1 second' WHERE id = $1`,
      [job.id],
    );
    const lines: string[] = [];
    const logger = createLogger('warn', { write: (line) => lines.push(line) });
    startRelay(collectingBroker(), { logger });
    await eventually('it is dead', async () => (await reread(job)).state === 'DEAD');
    await eventually('that is told', () => lines.length > 0);
    expect(lines).toEqual([expect.stringMatching(/"jobs":1,.*are dead"/)]);
  });

  test('it goes on after its connections were killed', async () => {
    const pool = createPool({ databaseUrl: database.url, applicationName: RELAY, size: 2, logger: silentLogger });
    const broker = collectingBroker();
    const relay = startRelay(broker, { pool });
    const handedOver = async (): Promise<boolean> => {
      const { id } = await newJob();
      return eventually('it is handed over', () => broker.published.some(({ jobId }) => jobId === id));
    };
    expect(await handedOver()).toBe(true);
    expect(await sessions.terminate(RELAY)).toBeGreaterThan(0);
    expect(await handedOver()).toBe(true);
    await relay.stop();
    await pool.end();
  });
});

describe('a person runs a job again', () => {
  test('a dead one runs from its first attempt on, and whoever waits for jobs is told', async () => {
    const job = await newJob();
    let poisoned = true;
    await jobs.start({
      'invoice.render': () => (poisoned ? Promise.reject(new GiveUp('unreadable')) : Promise.resolve('nothing_to_do')),
    });
    await jobs.allEnded();
    expect(await reread(job)).toMatchObject({ state: 'DEAD' });
    poisoned = false;
    let told = 0;
    const engine = engines.open({ observer: { jobsReady: () => (told += 1) } });
    expect(await engine.execute(retryJob(job.id))).toMatchObject({
      kind: 'job_retried',
      job: { id: job.id, state: 'READY', attempts: 0 },
    });
    expect(told).toBe(1);
    await jobs.allEnded();
    expect(await reread(job)).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
  });

  test('who did it, and when, stands on the job', async () => {
    const job = await newJob();
    const outcome = await engines.open().execute({ ...retryJob(job.id), actor: 'asha' });
    const row = await reread(job);
    expect(outcome).toMatchObject({ job: { seenToBy: 'asha', seenToReason: null } });
    expect(row).toMatchObject({ seenToBy: 'asha', seenToReason: null, seenToAt: row.updatedAt });
  });

  test('one that waits for its back-off runs now', async () => {
    const job = await newJob();
    await database.pool.query(`UPDATE jobs SET run_at = now() + interval '10 minutes', attempts = 8 WHERE id = $1`, [
      job.id,
    ]);
    const outcome = await engines.open().execute(retryJob(job.id));
    const row = await reread(job);
    expect(outcome).toMatchObject({ kind: 'job_retried' });
    expect(row).toMatchObject({ state: 'READY', attempts: 0 });
    expect(row.runAt.getTime()).toBeLessThanOrEqual(row.updatedAt.getTime());
  });

  test.each(['QUEUED', 'RUNNING', 'DONE'])('one that is %s is refused and left as it is', async (state) => {
    const job = await newJob();
    await database.pool.query('UPDATE jobs SET state = $2 WHERE id = $1', [job.id, state]);
    const outcome = await engines.open().execute(retryJob(job.id));
    expect(outcome).toMatchObject({ refusal: { code: 'job.not_retryable', facts: { state } } });
    expect(await reread(job)).toMatchObject({ state });
  });

  test('one that does not exist is refused', async () => {
    expect(refusalCode(await engines.open().execute(retryJob(900_000_000_000)))).toBe('job.not_found');
  });
});

describe('a person dismisses a job', () => {
  const deadJob = async () => {
    const job = await newJob();
    await database.pool.query(`UPDATE jobs SET state = 'DEAD', attempts = 12, last_error = '550' WHERE id = $1`, [
      job.id,
    ]);
    return job;
  };

  test('a dead one counts as dead no more, says who did it and why, and does not run by itself', async () => {
    const job = await deadJob();
    let told = 0;
    const engine = engines.open({ observer: { jobsReady: () => (told += 1) } });
    const outcome = await engine.execute({ ...dismissJob(job.id, 'There is no such person'), actor: 'asha' });
    const seenTo = { state: 'DISMISSED', attempts: 12, lastError: '550', seenToBy: 'asha' };
    expect(outcome).toMatchObject({
      kind: 'job_dismissed',
      job: { ...seenTo, seenToReason: 'There is no such person' },
    });
    const row = await reread(job);
    expect(row).toMatchObject({ ...seenTo, seenToReason: 'There is no such person', seenToAt: row.updatedAt });
    expect((await countUnfinishedJobs(database.pool)).filter(({ state }) => state === 'DEAD')).toEqual([]);
    expect(await new JobStore(database.pool).claim(100)).not.toContainEqual({ jobId: job.id, kind: job.kind });
    expect(told).toBe(0);
  });

  test('it may still be run again', async () => {
    const job = await deadJob();
    const engine = engines.open();
    await engine.execute(dismissJob(job.id));
    await engine.execute({ ...retryJob(job.id), actor: 'ravi' });
    expect(await reread(job)).toMatchObject({ state: 'READY', attempts: 0, seenToBy: 'ravi', seenToReason: null });
  });

  test('at the same time as it is run again: one comes after the other, and finds what that has made of it', async () => {
    const job = await deadJob();
    const engine = engines.open();
    const outcomes = await Promise.all([
      engine.execute(dismissJob(job.id)),
      engine.execute(retryJob(job.id)),
      engine.execute(dismissJob(job.id)),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['job_dismissed', 'job_retried', 'refused']);
    expect(await reread(job)).toMatchObject({ state: 'READY', attempts: 0 });
  });

  test.each(['READY', 'QUEUED', 'RUNNING', 'DONE'])('one that is %s is refused and left as it is', async (state) => {
    const job = await newJob();
    await database.pool.query('UPDATE jobs SET state = $2 WHERE id = $1', [job.id, state]);
    const outcome = await engines.open().execute(dismissJob(job.id));
    expect(outcome).toMatchObject({ refusal: { code: 'job.not_dismissible', facts: { state } } });
    expect(await reread(job)).toMatchObject({ state, seenToBy: null });
  });

  test('one that does not exist is refused', async () => {
    expect(refusalCode(await engines.open().execute(dismissJob(900_000_000_000)))).toBe('job.not_found');
  });
});
