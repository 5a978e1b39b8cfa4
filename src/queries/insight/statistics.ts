import type { Pool } from 'pg';
import type { EntityType } from '../../domain/lifecycles.ts';

export interface Statistics {
  /** Oldest first, the last one being today; days of the time zone that people read. */
  readonly days: readonly DayCounts[];
  readonly timeInState: readonly TimeInState[];
  readonly refundLatency: Durations;
}

export interface DayCounts {
  /** Such as 2026-04-01. */
  readonly date: string;
  readonly orders: number;
  readonly returns: number;
  readonly refunds: number;
}

export interface Durations {
  readonly samples: number;
  readonly medianSeconds: number | null;
  readonly slowestTenthSeconds: number | null;
}

export interface TimeInState extends Durations {
  readonly entity: EntityType;
  readonly state: string;
}

/** The newest transitions and refunds that durations are taken from. */
const MOST_TRANSITIONS = 4_000;
const MOST_REFUNDS = 1_000;

export async function readStatistics(pool: Pool, days: number, timezone: string): Promise<Statistics> {
  const [counts, timeInState, refundLatency] = await Promise.all([
    readDays(pool, days, timezone),
    readTimeInState(pool),
    readRefundLatency(pool),
  ]);
  return { days: counts, timeInState, refundLatency };
}

/** What came into being on each day, by the indexes on created_at alone. */
async function readDays(pool: Pool, days: number, timezone: string): Promise<readonly DayCounts[]> {
  const { rows } = await pool.query<DayCounts>({
    name: 'count-by-day',
    text: `WITH today AS (SELECT (now() AT TIME ZONE $2)::date AS date),
           beginning AS (SELECT ((date - ($1 - 1))::timestamp AT TIME ZONE $2) AS at FROM today),
           orders_of AS (SELECT (created_at AT TIME ZONE $2)::date AS date, count(*)::integer AS count FROM orders
                         WHERE created_at >= (SELECT at FROM beginning) GROUP BY 1),
           returns_of AS (SELECT (created_at AT TIME ZONE $2)::date AS date, count(*)::integer AS count FROM returns
                          WHERE created_at >= (SELECT at FROM beginning) GROUP BY 1),
           refunds_of AS (SELECT (created_at AT TIME ZONE $2)::date AS date, count(*)::integer AS count FROM refunds
                          WHERE created_at >= (SELECT at FROM beginning) GROUP BY 1)
           SELECT to_char(day.date, 'YYYY-MM-DD') AS date, coalesce(orders_of.count, 0) AS orders,
                  coalesce(returns_of.count, 0) AS returns, coalesce(refunds_of.count, 0) AS refunds
           FROM (SELECT today.date - back AS date FROM today, generate_series(0, $1 - 1) AS back) AS day
           LEFT JOIN orders_of USING (date) LEFT JOIN returns_of USING (date) LEFT JOIN refunds_of USING (date)
           ORDER BY day.date`,
    values: [days, timezone],
  });
  return rows;
}

/** How long what has just left a state had been in it. */
async function readTimeInState(pool: Pool): Promise<readonly TimeInState[]> {
  const { rows } = await pool.query<TimeInState>({
    name: 'time-in-state',
    text: `SELECT entity_type AS entity, from_state AS state, count(*)::integer AS samples,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS "medianSeconds",
                  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS "slowestTenthSeconds"
           FROM (SELECT newest.entity_type, newest.from_state,
                        extract(epoch FROM newest.created_at - entered.created_at)::double precision AS seconds
                 FROM (SELECT order_id, sequence, entity_type, entity_id, from_state, created_at
                       FROM state_transitions ORDER BY id DESC LIMIT $1) AS newest
                 CROSS JOIN LATERAL (
                   SELECT created_at FROM state_transitions AS earlier
                   WHERE earlier.order_id = newest.order_id AND earlier.sequence < newest.sequence
                     AND earlier.entity_type = newest.entity_type AND earlier.entity_id = newest.entity_id
                   ORDER BY earlier.sequence DESC LIMIT 1) AS entered
                 WHERE newest.from_state IS NOT NULL) AS stays
           GROUP BY 1, 2 ORDER BY 1, 2`,
    values: [MOST_TRANSITIONS],
  });
  return rows;
}

/** From the moment that a refund is due to the moment that the gateway has paid it. */
async function readRefundLatency(pool: Pool): Promise<Durations> {
  const { rows } = await pool.query<Durations>({
    name: 'refund-latency',
    text: `SELECT count(*)::integer AS samples,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS "medianSeconds",
                  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS "slowestTenthSeconds"
           FROM (SELECT extract(epoch FROM updated_at - created_at)::double precision AS seconds
                 FROM refunds WHERE state = 'SUCCEEDED' ORDER BY created_at DESC, id DESC LIMIT $1) AS newest`,
    values: [MOST_REFUNDS],
  });
  return rows[0] ?? { samples: 0, medianSeconds: null, slowestTenthSeconds: null };
}
