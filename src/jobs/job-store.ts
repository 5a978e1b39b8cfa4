import type { Pool } from 'pg';
import { JOB_KINDS, type JobKind } from '../domain/decision.ts';
import { MOST_ATTEMPTS } from './back-off.ts';
import type { JobMessage } from './broker.ts';

/** A job in a worker's hands. */
export interface RunningJob {
  readonly id: number;
  readonly orderId: number;
  readonly kind: JobKind;
  readonly subjectId: number;
  /** This run's number, from 1, of those that count. */
  readonly attempt: number;
  /** This run's number of all that were ever begun. It is the lease's token: a run whose number is past has lost the job. */
  readonly run: number;
  /** How long ago the job was made, or a person last had it run again. */
  readonly waitedMs: number;
}

/** How many jobs whose lease ran out are in which state now. */
export interface RecoveredJobs {
  readonly ready: number;
  readonly dead: number;
}

/**
 * How long a message may take to reach a worker, a worker may be silent, and a run may go on, before the job is given out
 * again.
 */
export interface Leases {
  readonly messageSeconds: number;
  readonly jobSeconds: number;
  readonly runSeconds: number;
}

export const DEFAULT_LEASES: Leases = { messageSeconds: 60, jobSeconds: 30, runSeconds: 600 };
const MOST_QUEUED_OF_A_KIND = 500;
const RECOVERED_AT_ONCE = 200;
const MOST_ERROR_CHARACTERS = 1_000;

/** Runs that still have their jobs, in the order in which everybody locks jobs, so that no two wait in a circle. */
const HELD_JOBS = `
  SELECT jobs.id FROM jobs JOIN unnest($1::bigint[], $2::integer[], $3::integer[]) AS held (id, attempt, run)
    ON jobs.id = held.id AND jobs.attempts = held.attempt AND jobs.runs = held.run
  WHERE state = 'RUNNING' ORDER BY jobs.id`;

/** The attempt as well, since the version before counts no runs. */
const IS_HELD = "id = $1 AND attempts = $2 AND runs = $3 AND state = 'RUNNING'";

/** The jobs table as relay and workers use it. Leases run by the database's clock alone, so no worker's clock matters. */
export class JobStore {
  readonly leases: Leases;
  readonly #pool: Pool;

  constructor(pool: Pool, leases: Leases = DEFAULT_LEASES) {
    this.#pool = pool;
    this.leases = leases;
  }

  /**
   * Claims jobs whose time has come, oldest first: of each kind up to `limit` and no more than `roomOf` it, fewer when
   * many are with the broker already, where they would only wait until their leases run out. No kind waits behind
   * another. Relays that claim at once never get the same job.
   *
   * What is due is MATERIALIZED, looked for once: as a plain subquery, a plan for a small table may look again for each
   * row of the outer table, find the next ones each time, and claim far more than the limit. As an ARRAY it is looked up
   * by index: joined, its number is overrated, and the whole table read.
   */
  async claim(limit: number, roomOf: (kind: JobKind) => number = () => limit): Promise<JobMessage[]> {
    const rooms = JOB_KINDS.map((kind) => Math.min(limit, roomOf(kind)));
    const { rows } = await this.#pool.query<{ id: number; kind: JobKind }>({
      name: 'claim-jobs',
      text: `WITH queued AS MATERIALIZED (SELECT kind, count(*) AS jobs FROM jobs WHERE state = 'QUEUED' GROUP BY kind),
             due AS MATERIALIZED (
               SELECT ready.id
               FROM unnest($1::text[], $2::integer[]) AS lane (kind, room)
               LEFT JOIN queued USING (kind)
               CROSS JOIN LATERAL (
                 SELECT id FROM jobs WHERE jobs.state = 'READY' AND jobs.kind = lane.kind AND run_at <= now()
                 ORDER BY run_at LIMIT greatest(0, least(lane.room, $4 - coalesce(queued.jobs, 0)))
                 FOR UPDATE SKIP LOCKED) AS ready)
             UPDATE jobs SET state = 'QUEUED', leased_until = now() + make_interval(secs => $3), updated_at = now()
             WHERE id = ANY (ARRAY(SELECT id FROM due))
             RETURNING id, kind`,
      values: [JOB_KINDS, rooms, this.leases.messageSeconds, MOST_QUEUED_OF_A_KIND],
    });
    return rows.map(({ id, kind }) => ({ jobId: id, kind }));
  }

  /** Takes the jobs into this worker's hands. One that is not QUEUED any more was a duplicate message: it is left out. */
  async begin(jobIds: readonly number[]): Promise<RunningJob[]> {
    const { rows } = await this.#pool.query<RunningJob>({
      name: 'begin-jobs',
      text: `UPDATE jobs SET state = 'RUNNING', attempts = attempts + 1, runs = runs + 1,
                             leased_until = now() + make_interval(secs => $2), updated_at = now()
             WHERE id = ANY ($1::bigint[]) AND state = 'QUEUED'
             RETURNING id, order_id AS "orderId", kind, subject_id AS "subjectId", attempts AS attempt, runs AS run,
                       (extract(epoch FROM now() - coalesce(seen_to_at, created_at)) * 1000)::float8 AS "waitedMs"`,
      values: [jobIds, this.leases.jobSeconds],
    });
    return rows;
  }

  /** Those of the ids that are jobs at all. */
  async existing(jobIds: readonly number[]): Promise<Set<number>> {
    const { rows } = await this.#pool.query<{ id: number }>({
      name: 'existing-jobs',
      text: 'SELECT id FROM jobs WHERE id = ANY ($1::bigint[])',
      values: [jobIds],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Says that this worker is alive and still at these jobs. Those that somebody is finishing at the moment need no more. */
  async extend(jobs: readonly RunningJob[]): Promise<void> {
    await this.#pool.query({
      name: 'extend-jobs',
      text: `UPDATE jobs SET leased_until = now() + make_interval(secs => $4)
             WHERE id = ANY (ARRAY(${HELD_JOBS} FOR UPDATE OF jobs SKIP LOCKED))`,
      values: [...heldBy(jobs), this.leases.jobSeconds],
    });
  }

  async finish(job: RunningJob): Promise<void> {
    await this.#pool.query({
      name: 'finish-job',
      text: `UPDATE jobs SET state = 'DONE', leased_until = NULL, last_error = NULL, updated_at = now()
             WHERE id = $1 AND state <> 'DONE'`,
      values: [job.id],
    });
  }

  /** Puts a failed run's job back for later. */
  async reschedule(job: RunningJob, delayMs: number, error: string): Promise<void> {
    await this.#pool.query({
      name: 'reschedule-job',
      text: `UPDATE jobs SET state = 'READY', run_at = now() + make_interval(secs => $4), leased_until = NULL,
                             last_error = $5, updated_at = now()
             WHERE ${IS_HELD}`,
      values: [job.id, job.attempt, job.run, delayMs / 1_000, storable(error)],
    });
  }

  /** Has a job wait for something that is under way elsewhere. The run was no failed one: it does not count. */
  async postpone(job: RunningJob, delayMs: number, reason: string): Promise<void> {
    await this.#pool.query({
      name: 'postpone-job',
      text: `UPDATE jobs SET state = 'READY', attempts = attempts - 1, run_at = now() + make_interval(secs => $4),
                             leased_until = NULL, last_error = $5, updated_at = now()
             WHERE ${IS_HELD}`,
      values: [job.id, job.attempt, job.run, delayMs / 1_000, storable(reason)],
    });
  }

  /** Sets a job aside, for a person to look at. */
  async bury(job: RunningJob, error: string): Promise<void> {
    await this.#pool.query({
      name: 'bury-job',
      text: `UPDATE jobs SET state = 'DEAD', leased_until = NULL, last_error = $4, updated_at = now()
             WHERE ${IS_HELD}`,
      values: [job.id, job.attempt, job.run, storable(error)],
    });
  }

  /** Gives running jobs back as if they had never been begun: the process that runs them stops. */
  async putBack(jobs: readonly RunningJob[]): Promise<void> {
    await this.#pool.query({
      name: 'put-back-jobs',
      text: `UPDATE jobs SET state = 'READY', attempts = attempts - 1, run_at = now(), leased_until = NULL,
                             updated_at = now()
             WHERE id = ANY (ARRAY(${HELD_JOBS} FOR UPDATE OF jobs))`,
      values: heldBy(jobs),
    });
  }

  /**
   * Takes claimed jobs back whose publishing failed. Of those that got through all the same, some may run by now. What
   * is not done waits since it was due, so that the longest wait tells of a broker that takes nothing.
   */
  async unqueue(jobIds: readonly number[]): Promise<void> {
    await this.#pool.query({
      name: 'unqueue-jobs',
      text: `UPDATE jobs SET state = 'READY', leased_until = NULL, updated_at = now()
             WHERE id = ANY ($1::bigint[]) AND state = 'QUEUED'`,
      values: [jobIds],
    });
  }

  /**
   * Gives jobs out again whose lease ran out: their message or their worker was lost; they wait since they were due.
   * Those that were begun as often as any are set aside, for a person to look at.
   */
  async recoverExpired(): Promise<RecoveredJobs> {
    const { rows } = await this.#pool.query<{ state: 'READY' | 'DEAD' }>({
      name: 'recover-jobs',
      text: `WITH lost AS MATERIALIZED (
               SELECT id FROM jobs WHERE state IN ('QUEUED', 'RUNNING') AND leased_until < now()
               ORDER BY leased_until LIMIT $2 FOR UPDATE SKIP LOCKED)
             UPDATE jobs SET state = CASE WHEN attempts >= $1 THEN 'DEAD' ELSE 'READY' END,
                             leased_until = NULL, updated_at = now(),
                             last_error = CASE state WHEN 'RUNNING' THEN 'the worker was lost while it ran'
                                                     ELSE last_error END
             FROM lost WHERE jobs.id = lost.id RETURNING state`,
      values: [MOST_ATTEMPTS, RECOVERED_AT_ONCE],
    });
    const dead = rows.filter(({ state }) => state === 'DEAD').length;
    return { ready: rows.length - dead, dead };
  }
}

const REMOVED_AT_ONCE = 2_000;

/**
 * Removes jobs that were done or dismissed so many days ago, a bounded number, so that the table stays as large as what
 * goes on: what they did is on the order's record. Those that are dead stay until a person has seen to them. Answers with
 * how many.
 */
export async function removeDoneJobs(pool: Pool, keepDays: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'remove-done-jobs',
    text: `DELETE FROM jobs WHERE id = ANY (ARRAY(${endedLongAgo('DONE')}) || ARRAY(${endedLongAgo('DISMISSED')}))`,
    values: [keepDays, REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}

/** Found by when they were made, as their index has them: few that are so old have ended later. */
function endedLongAgo(state: 'DONE' | 'DISMISSED'): string {
  return `SELECT id FROM jobs
          WHERE state = '${state}' AND created_at < now() - make_interval(days => $1)
            AND updated_at < now() - make_interval(days => $1)
          ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`;
}

function heldBy(jobs: readonly RunningJob[]): number[][] {
  return [jobs.map(({ id }) => id), jobs.map(({ attempt }) => attempt), jobs.map(({ run }) => run)];
}

/** PostgreSQL's text holds no NUL, and an error message may quote anything. */
function storable(error: string): string {
  return error.replaceAll('\0', '').slice(0, MOST_ERROR_CHARACTERS);
}
