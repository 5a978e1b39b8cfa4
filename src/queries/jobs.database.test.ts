import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { createPool } from '../platform/database/postgres.ts';
import { silentLogger } from '../platform/logger.ts';
import { countUnfinishedJobs, JOB_STATES, listJobs } from './jobs.ts';

const database = useDatabase();
const shop = useEngine(database);

const DONE_JOBS = 3_000;
const JOBS_OF_EACH_OTHER_STATE = 7;
const FIRST_PAGE = { limit: 50, after: undefined };

/** Of one connection, so that what was read in its transaction can be asked for. */
let pool: Pool;
beforeAll(async () => {
  pool = createPool({ databaseUrl: database.url, applicationName: 'jobs', size: 1, logger: silentLogger });
  const { id } = await shop.place();
  await pool.query(
    `INSERT INTO jobs (order_id, kind, subject_id, state, leased_until, seen_to_by, seen_to_reason)
     SELECT $1, 'invoice.render', n, state, CASE WHEN state IN ('QUEUED', 'RUNNING') THEN now() END, 'asha', 'Mistyped'
     FROM unnest($2::text[]) AS state, generate_series(1, CASE state WHEN 'DONE' THEN $3::integer ELSE $4 END) AS n`,
    [id, JOB_STATES, DONE_JOBS, JOBS_OF_EACH_OTHER_STATE],
  );
  await pool.query('VACUUM ANALYZE jobs');
});
afterAll(() => pool.end());

/** Of jobs, by this connection, since it last told the server's statistics of it. */
async function rowsRead(): Promise<number> {
  const { rows } = await pool.query<{ read: number }>(
    `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`,
  );
  return onlyOne(rows).read;
}

/** What `ask` answers, and how many rows of jobs were read for it. */
async function counted<Answer>(ask: () => Promise<Answer>): Promise<{ answer: Answer; read: number }> {
  await pool.query('BEGIN');
  const before = await rowsRead();
  const answer = await ask();
  const read = (await rowsRead()) - before;
  await pool.query('ROLLBACK');
  return { answer, read };
}

describe('among many that are done', () => {
  test.each(JOB_STATES)('a list of those that are %s does not read the others', async (state) => {
    const { answer, read } = await counted(() => listJobs(pool, { state }, FIRST_PAGE));
    expect(answer.rows).toHaveLength(state === 'DONE' ? FIRST_PAGE.limit : JOBS_OF_EACH_OTHER_STATE);
    expect(new Set(answer.rows.map((job) => job.state))).toEqual(new Set([state]));
    // A page, and the few that share an index with them: of 3,028.
    expect(read).toBeLessThanOrEqual(FIRST_PAGE.limit + 1 + 4 * JOBS_OF_EACH_OTHER_STATE);
  });

  test('counting those that are not reads none of them', async () => {
    const { answer, read } = await counted(() => countUnfinishedJobs(pool));
    const expected = ['DEAD', 'QUEUED', 'READY', 'RUNNING'].map((state) => [state, JOBS_OF_EACH_OTHER_STATE]);
    expect(answer.map(({ state, jobs }) => [state, jobs]).sort()).toEqual(expected);
    // Those that are queued or running share an index, and are counted together.
    expect(read).toBeLessThanOrEqual(4 * JOBS_OF_EACH_OTHER_STATE);
  });
});
