import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { retryJob } from '../../test/support/http/requests.ts';
import { eventually } from '../../test/support/eventually.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { silentLogger } from '../platform/logger.ts';
import { createPool } from '../platform/database/postgres.ts';
import { readLongestWait } from '../queries/jobs.ts';
import { MOST_ATTEMPTS } from './back-off.ts';
import { JobStore, removeDoneJobs, type RunningJob } from './job-store.ts';

const database = useDatabase();
const shop = useEngine(database);
const sessions = useSessions(database);

/** Due for a second: the columns keep milliseconds, and a time that was rounded up has not come yet. */
const INSERT_JOBS = `INSERT INTO jobs (order_id, kind, subject_id, run_at)
                     SELECT $1, 'invoice.render', n, now() - interval '1 second' FROM generate_series(1, $2) AS n
                     RETURNING id`;

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

const store = () => new JobStore(database.pool);

let orderId = 0;
beforeEach(async () => {
  await database.pool.query("UPDATE jobs SET state = 'DONE'; DELETE FROM jobs");
  orderId = (await shop.place()).id;
});

async function newJobs(count: number): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>(INSERT_JOBS, [orderId, count]);
  return rows.map(({ id }) => id);
}

async function newJob(): Promise<number> {
  return onlyOne(await newJobs(1));
}

async function rowOf(jobId: number): Promise<Row> {
  const { rows } = await database.pool.query<Row>('SELECT state, attempts, last_error FROM jobs WHERE id = $1', [
    jobId,
  ]);
  return onlyOne(rows);
}

async function claimedIds(limit: number, from = store()): Promise<number[]> {
  return (await from.claim(limit)).map(({ jobId }) => jobId);
}

async function begun(jobId: number): Promise<RunningJob> {
  await eventually('the job is due', async () => (await claimedIds(10)).includes(jobId));
  return onlyOne(await store().begin([jobId]));
}

async function letLeaseRunOut(jobId: number): Promise<void> {
  await database.pool.query(`UPDATE jobs SET leased_until = now() - interval '1 ms' WHERE id = $1`, [jobId]);
}

describe('claiming', () => {
  test('stores that claim at once never get the same job, and together get all', async () => {
    const ids = await newJobs(500);
    const stores = [store(), store()];
    const claims = await Promise.all(Array.from({ length: 12 }, (_, n) => claimedIds(50, stores[n % 2])));
    const claimed = [...claims.flat(), ...(await claimedIds(500))];
    expect(claimed.toSorted((a, b) => a - b)).toEqual(ids);
  });

  test('a job of another transaction that is being claimed is passed over, not waited for', async () => {
    const [first, ...others] = await newJobs(3);
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [first]);
    expect((await claimedIds(10)).sort()).toEqual(others.sort());
    await session.query('ROLLBACK');
    expect(await claimedIds(10)).toEqual([first]);
  });

  test('no more than the limit, even under the plan that looks for the due jobs once for every job there is', async () => {
    await newJobs(250);
    const url = new URL(database.url);
    const others = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'memoize'];
    url.searchParams.set('options', others.map((node) => `-c enable_${node}=off`).join(' '));
    const pool = createPool({ databaseUrl: url.href, applicationName: 'plan', size: 1, logger: silentLogger });
    const claimed = await claimedIds(3, new JobStore(pool));
    await database.pool.query(`UPDATE jobs SET state = 'QUEUED', leased_until = now() - interval '1 second'`);
    const recovered = await new JobStore(pool).recoverExpired();
    await pool.end();
    expect(claimed).toHaveLength(3);
    expect(recovered).toEqual({ ready: 200, dead: 0 });
  });

  test('of many that wait, only what is taken is read, though the statistics know of none that is ready', async () => {
    await newJobs(1_000);
    await database.pool.query(
      `UPDATE jobs SET state = 'DONE', kind = CASE subject_id % 2 WHEN 0 THEN 'refund.submit' ELSE kind END`,
    );
    await database.pool.query('VACUUM ANALYZE jobs');
    await newJobs(2_000);
    const pool = createPool({ databaseUrl: database.url, applicationName: 'claim', size: 1, logger: silentLogger });
    await pool.query('BEGIN');
    const claimed = await claimedIds(10, new JobStore(pool));
    const { rows } = await pool.query<{ read: number }>(
      `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`,
    );
    await pool.query('ROLLBACK');
    await pool.end();
    expect(claimed).toHaveLength(10);
    // Each is read to be found, and again to be changed.
    expect(onlyOne(rows).read).toBeLessThanOrEqual(30);
  });

  test('a job with a lower id that commits later is claimed all the same', async () => {
    const session = await sessions.open();
    await session.query('BEGIN');
    const { rows } = await session.query<{ id: string }>(INSERT_JOBS, [orderId, 1]);
    const late = Number(onlyOne(rows).id);
    const early = await newJob();
    expect(late).toBeLessThan(early);
    expect(await claimedIds(10)).toEqual([early]);
    await session.query('COMMIT');
    expect(await claimedIds(10)).toEqual([late]);
  });

  test('those due first come first, and those whose time has not come wait', async () => {
    const [first, second, third] = await newJobs(3);
    const dueIn = (jobId: number | undefined, seconds: number) =>
      database.pool.query('UPDATE jobs SET run_at = now() + make_interval(secs => $2) WHERE id = $1', [jobId, seconds]);
    await dueIn(first, -1);
    await dueIn(second, -60);
    await dueIn(third, 60);
    expect(await claimedIds(1)).toEqual([second]);
    expect(await claimedIds(10)).toEqual([first]);
  });

  test('no more than 500 of a kind are with the broker at once, and another kind is claimed all the same', async () => {
    await newJobs(600);
    expect(await claimedIds(5_000)).toHaveLength(500);
    expect(await claimedIds(10)).toEqual([]);
    const [refund] = await newJobs(1);
    await database.pool.query(`UPDATE jobs SET kind = 'refund.submit' WHERE id = $1`, [refund]);
    expect(await claimedIds(10)).toEqual([refund]);
  });

  test('of a kind no more than there is room for', async () => {
    await newJobs(10);
    const claimed = await store().claim(10, (kind) => (kind === 'invoice.render' ? 3 : 5));
    expect(claimed).toHaveLength(3);
    expect(await store().claim(10, () => 0)).toEqual([]);
  });
});

describe('beginning', () => {
  test('a message that comes again finds nothing to begin; one that never was a job is told apart', async () => {
    const jobId = await newJob();
    await claimedIds(1);
    expect(await store().begin([jobId, jobId])).toMatchObject([{ id: jobId, orderId, attempt: 1 }]);
    expect(await store().begin([jobId])).toEqual([]);
    expect(await store().existing([jobId, 1])).toEqual(new Set([jobId]));
  });

  test('of ten begins at once, one gets the job', async () => {
    const jobId = await newJob();
    await claimedIds(1);
    const begins = await Promise.all(Array.from({ length: 10 }, () => store().begin([jobId])));
    expect(begins.flat()).toHaveLength(1);
    expect(await rowOf(jobId)).toMatchObject({ state: 'RUNNING', attempts: 1 });
  });
});

describe('leases', () => {
  test('a message that was lost: the job is ready again, and no attempt counted', async () => {
    const jobId = await newJob();
    await claimedIds(1);
    expect(await store().recoverExpired()).toEqual({ ready: 0, dead: 0 });
    await letLeaseRunOut(jobId);
    expect(await store().recoverExpired()).toEqual({ ready: 1, dead: 0 });
    expect(await rowOf(jobId)).toEqual({ state: 'READY', attempts: 0, last_error: null });
  });

  test('a worker that was lost: the job is ready again, its attempt counted, and the reason on record', async () => {
    const job = await begun(await newJob());
    expect(await store().recoverExpired()).toEqual({ ready: 0, dead: 0 });
    await letLeaseRunOut(job.id);
    expect(await store().recoverExpired()).toEqual({ ready: 1, dead: 0 });
    expect(await rowOf(job.id)).toEqual({
      state: 'READY',
      attempts: 1,
      last_error: 'the worker was lost while it ran',
    });
  });

  test('a worker that says it is alive keeps its job', async () => {
    const job = await begun(await newJob());
    await letLeaseRunOut(job.id);
    await store().extend([job]);
    expect(await store().recoverExpired()).toEqual({ ready: 0, dead: 0 });
  });

  test('a job that is being finished is passed over by the worker that says it is alive, and not waited for', async () => {
    const [finishing, running] = await newJobs(2);
    await claimedIds(2);
    const jobs = await store().begin([finishing ?? 0, running ?? 0]);
    await database.pool.query(`UPDATE jobs SET leased_until = now() - interval '1 ms'`);
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [finishing]);
    await store().extend(jobs);
    await session.query('ROLLBACK');
    expect(await store().recoverExpired()).toEqual({ ready: 1, dead: 0 });
    expect(await rowOf(finishing ?? 0)).toMatchObject({ state: 'READY' });
    expect(await rowOf(running ?? 0)).toMatchObject({ state: 'RUNNING' });
  });

  test('a job waits from when it was due until it begins, however often its message or its worker is lost', async () => {
    const jobId = await newJob();
    await database.pool.query(`UPDATE jobs SET run_at = now() - interval '1 hour' WHERE id = $1`, [jobId]);
    const waitsAnHour = async (after: string) => {
      expect(await readLongestWait(database.pool), after).toBeGreaterThanOrEqual(3_600);
    };
    await claimedIds(1);
    await waitsAnHour('it is with the broker');
    await store().unqueue([jobId]);
    await waitsAnHour('the broker did not take it');
    await claimedIds(1);
    await letLeaseRunOut(jobId);
    await store().recoverExpired();
    await waitsAnHour('its message was lost');
    await begun(jobId);
    expect(await readLongestWait(database.pool)).toBe(0);
    await letLeaseRunOut(jobId);
    await store().recoverExpired();
    await waitsAnHour('its worker was lost');
  });

  test('a job that loses twelve workers is dead, and told as that', async () => {
    const jobId = await newJob();
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      expect(await begun(jobId)).toMatchObject({ attempt });
      await letLeaseRunOut(jobId);
      const isLast = attempt === MOST_ATTEMPTS;
      expect(await store().recoverExpired()).toEqual(isLast ? { ready: 0, dead: 1 } : { ready: 1, dead: 0 });
    }
    expect(await rowOf(jobId)).toMatchObject({ state: 'DEAD', attempts: 12 });
    expect(await claimedIds(10)).toEqual([]);
  });
});

describe('a run that has lost its job', () => {
  test('can neither put it off, bury it, put it back nor keep it from the next run', async () => {
    const stale = await begun(await newJob());
    await letLeaseRunOut(stale.id);
    await store().recoverExpired();
    const current = await begun(stale.id);
    expect(current.attempt).toBe(2);
    await store().reschedule(stale, 60_000, 'stale');
    await store().bury(stale, 'stale');
    await store().putBack([stale]);
    expect(await rowOf(stale.id)).toMatchObject({ state: 'RUNNING', attempts: 2 });
    await letLeaseRunOut(current.id);
    await store().extend([stale]);
    expect(await store().recoverExpired()).toEqual({ ready: 1, dead: 0 });
  });

  test.each([
    ['given back', (job: RunningJob) => store().putBack([job])],
    ['put off', (job: RunningJob) => store().postpone(job, 0, 'the other side is at it')],
    [
      'run again by a person',
      async ({ id }: RunningJob) => {
        await letLeaseRunOut(id);
        await store().recoverExpired();
        await shop.engine.execute(retryJob(id));
      },
    ],
  ])('leaves it to the next run where that has the same number, because the job was %s', async (_, lose) => {
    const stale = await begun(await newJob());
    await lose(stale);
    const current = await begun(stale.id);
    expect(current.attempt).toBe(stale.attempt);
    await store().reschedule(stale, 60_000, 'stale');
    await store().postpone(stale, 60_000, 'stale');
    await store().bury(stale, 'stale');
    await store().putBack([stale]);
    expect(await rowOf(stale.id)).toMatchObject({ state: 'RUNNING', attempts: 1 });
    await letLeaseRunOut(current.id);
    await store().extend([stale]);
    expect(await store().recoverExpired()).toEqual({ ready: 1, dead: 0 });
  });

  test('may still finish it: what it did is done', async () => {
    const stale = await begun(await newJob());
    await letLeaseRunOut(stale.id);
    await store().recoverExpired();
    await store().finish(stale);
    expect(await rowOf(stale.id)).toEqual({ state: 'DONE', attempts: 1, last_error: null });
    await store().bury(stale, 'too late');
    expect(await rowOf(stale.id)).toMatchObject({ state: 'DONE' });
  });
});

describe('giving back', () => {
  test('a running job given back counts no attempt', async () => {
    const job = await begun(await newJob());
    await store().putBack([job]);
    expect(await rowOf(job.id)).toEqual({ state: 'READY', attempts: 0, last_error: null });
    expect(await begun(job.id)).toMatchObject({ attempt: 1 });
  });

  test('a job that could not be published is ready again, unless a worker has it already', async () => {
    const [queued, running] = await newJobs(2);
    await claimedIds(2);
    await store().begin([running ?? 0]);
    await store().unqueue([queued ?? 0, running ?? 0]);
    expect(await rowOf(queued ?? 0)).toMatchObject({ state: 'READY', attempts: 0 });
    expect(await rowOf(running ?? 0)).toMatchObject({ state: 'RUNNING', attempts: 1 });
  });

  test('an error of any text and length is kept, cut to what a person reads', async () => {
    const job = await begun(await newJob());
    await store().reschedule(job, 0, `\0${'x'.repeat(5_000)}`);
    expect((await rowOf(job.id)).last_error).toBe('x'.repeat(1_000));
  });
});

test('what was done or dismissed is removed once that is past its keeping; what is dead or to be done stays, however old', async () => {
  const removed = [
    ['DONE', 91, 91],
    ['DISMISSED', 400, 91],
  ] as const;
  // A dead letter that a person had run again long after: it is the newest of what was done.
  const kept = [
    ['DONE', 89, 89],
    ['DONE', 400, 0],
    ['DISMISSED', 400, 89],
    ['DEAD', 400, 400],
    ['READY', 400, 400],
    ['RUNNING', 400, 400],
  ] as const;
  const all = [...removed, ...kept];
  const { rows } = await database.pool.query<{ id: number }>(
    `INSERT INTO jobs (order_id, kind, subject_id, state, created_at, updated_at, seen_to_by, seen_to_reason)
     SELECT $1, 'invoice.render', 1, state, now() - make_interval(days => made), now() - make_interval(days => changed),
            'asha', 'Mistyped'
     FROM unnest($2::text[], $3::integer[], $4::integer[]) AS job (state, made, changed) RETURNING id`,
    [orderId, all.map(([state]) => state), all.map(([, made]) => made), all.map(([, , changed]) => changed)],
  );
  const ids = rows.map(({ id }) => id);
  expect(await removeDoneJobs(database.pool, 90)).toBe(removed.length);
  expect(await store().existing(ids)).toEqual(new Set(ids.slice(removed.length)));
  expect(await removeDoneJobs(database.pool, 90)).toBe(0);
});
