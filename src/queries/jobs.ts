import type { Pool } from 'pg';
import type { JobKind } from '../domain/decision.ts';
import type { Reads } from '../platform/database/pipelined-reads.ts';
import { newestFirst, type Condition } from './lists/newest-first.ts';
import { pageOf, type Page, type PageRequest } from './lists/paging.ts';

export const JOB_STATES = ['READY', 'QUEUED', 'RUNNING', 'DONE', 'DEAD', 'DISMISSED'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobView {
  readonly id: number;
  readonly orderId: number;
  readonly kind: JobKind;
  /** The invoice or refund that the job is about. */
  readonly subjectId: number;
  readonly state: JobState;
  readonly attempts: number;
  readonly runAt: Date;
  readonly lastError: string | null;
  /** The person who last had it run again or dismissed it. */
  readonly seenToBy: string | null;
  readonly seenToAt: Date | null;
  /** Why it was dismissed. */
  readonly seenToReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const JOB_COLUMNS = `id, order_id AS "orderId", kind, subject_id AS "subjectId", state, attempts,
                            run_at AS "runAt", last_error AS "lastError", seen_to_by AS "seenToBy",
                            seen_to_at AS "seenToAt", seen_to_reason AS "seenToReason", created_at AS "createdAt",
                            updated_at AS "updatedAt"`;

export interface JobFilter {
  readonly state?: JobState;
  readonly kind?: JobKind;
  readonly orderId?: number;
}

export async function readJob(pool: Pool, jobId: number): Promise<JobView | undefined> {
  const { rows } = await pool.query<JobView>({
    name: 'read-job',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE id = $1`,
    values: [jobId],
  });
  return rows[0];
}

/** As text, because the indexes of unfinished jobs are of certain states, which a parameter is not known to be one of. */
const IS_IN_STATE: Readonly<Record<JobState, string>> = {
  READY: "state = 'READY'",
  QUEUED: "state = 'QUEUED'",
  RUNNING: "state = 'RUNNING'",
  DONE: "state = 'DONE'",
  DEAD: "state = 'DEAD'",
  DISMISSED: "state = 'DISMISSED'",
};

/** Newest first. */
export async function listJobs(pool: Pool, filter: JobFilter, page: PageRequest): Promise<Page<JobView>> {
  const ofState: Condition[] = filter.state ? [[filter.state, IS_IN_STATE[filter.state], filter.state]] : [];
  const { rows } = await pool.query<JobView>(
    newestFirst({
      name: 'list-jobs',
      select: `SELECT ${JOB_COLUMNS} FROM jobs`,
      conditions: [...ofState, ['kind', 'kind = ?', filter.kind], ['order', 'order_id = ?', filter.orderId]],
      page,
    }),
  );
  return pageOf(rows, page.limit);
}

/** Whether a worker has another job of the same kind and subject in its hands. */
export async function isRunElsewhere(
  reads: Reads,
  { id, orderId, kind, subjectId }: Pick<JobView, 'id' | 'orderId' | 'kind' | 'subjectId'>,
): Promise<boolean> {
  const { rows } = await reads.query<{ isRunning: boolean }>({
    name: 'is-job-run-elsewhere',
    text: `SELECT EXISTS (SELECT FROM jobs WHERE order_id = $1 AND kind = $2 AND subject_id = $3 AND id <> $4
                            AND state = 'RUNNING') AS "isRunning"`,
    values: [orderId, kind, subjectId, id],
  });
  return rows[0]?.isRunning ?? false;
}

/** Dead jobs of one kind, the oldest first; with `lastError`, those alone that failed with exactly this. */
export async function findDeadJobs(
  pool: Pool,
  { kind, lastError, limit }: { kind: JobKind; lastError: string | null; limit: number },
): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>({
    name: 'find-dead-jobs',
    text: `SELECT id FROM jobs WHERE state = 'DEAD' AND kind = $1 AND ($2::text IS NULL OR last_error = $2)
           ORDER BY created_at, id LIMIT $3`,
    values: [kind, lastError, limit],
  });
  return rows.map(({ id }) => id);
}

/** What was done, or is to be done, behind an order: few, because each refund and invoice has its own. Newest first. */
export async function listJobsOfOrder(pool: Pool, orderId: number, limit: number): Promise<readonly JobView[]> {
  const { rows } = await pool.query<JobView>({
    name: 'list-jobs-of-order',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE order_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
    values: [orderId, limit],
  });
  return rows;
}

/** How many jobs of each kind are in each state in which something is to be done: what a scrape of the metrics reads, each by its index. */
export async function countUnfinishedJobs(pool: Pool): Promise<{ kind: JobKind; state: JobState; jobs: number }[]> {
  const { rows } = await pool.query<{ kind: JobKind; state: JobState; jobs: number }>({
    name: 'count-unfinished-jobs',
    text: `SELECT kind, state, count(*) AS jobs FROM jobs WHERE state = 'READY' GROUP BY kind, state
           UNION ALL
           SELECT kind, state, count(*) FROM jobs WHERE state IN ('QUEUED', 'RUNNING') GROUP BY kind, state
           UNION ALL
           SELECT kind, state, count(*) FROM jobs WHERE state = 'DEAD' GROUP BY kind, state`,
  });
  return rows;
}

/**
 * How long the job that waits longest has been due and not begun, in seconds; 0 when none is due. One that is with the
 * broker waits as well: its message may never come.
 */
export async function readLongestWait(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>({
    name: 'longest-wait-of-jobs',
    text: `SELECT greatest(0, extract(epoch FROM now() - least(
                    (SELECT min(run_at) FROM jobs WHERE state = 'READY'),
                    (SELECT min(run_at) FROM jobs WHERE state = 'QUEUED'))))::double precision AS seconds`,
  });
  return rows[0]?.seconds ?? 0;
}
