import type { Pool, PoolClient } from 'pg';

/** Transitions looked at in one statement. */
const BITE = 1_000;
/** Known to all versions of Roundtrip, so that one process at a time gives out positions in a database. */
const SEQUENCER_LOCK_KEY = 7_305_126_451;

/**
 * Every row is looked up by index, whatever the statistics say: after an import they may still speak of empty tables, and
 * a plan made by them reads whole tables for each bite, as does one that was kept since the tables were small. Nor is it
 * ever worth compiling.
 */
const BEGIN = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL enable_seqscan = off;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off;
  SET LOCAL jit = off`;

/** Below the oldest running transaction, where nothing new ever shows up. */
const SETTLED_BITE = `
  SELECT id, order_id, sequence, transaction_id FROM state_transitions
  WHERE (transaction_id, id) > (SELECT transaction_id, transition_id FROM event_feed_progress)
    AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY transaction_id, id LIMIT ${BITE}`;

/** Of transactions that this server has not come to yet: they were finished on the server that it was restored from. */
const RESTORED_BITE = `
  SELECT id, order_id, sequence, transaction_id FROM state_transitions
  WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
    AND NOT EXISTS (SELECT FROM event_feed WHERE event_feed.transition_id = state_transitions.id)
  ORDER BY transaction_id, id LIMIT ${BITE}`;

/**
 * Gives the transitions of a bite their positions, and with each of them those of the same order that come before it
 * and have none yet: a transaction that began earlier may have got an order's lock later, so the bite may hold the
 * later sequence without the earlier one. That one is visible by then, because its transaction gave the lock away.
 * Positions go by transaction, but never past a later sequence of the same order. So where the one before an order's
 * first of the bite has its position, those before that have theirs, and an order's long record is not looked through.
 */
const place = (bite: string) => `
  WITH bite AS MATERIALIZED (${bite}),
  reached AS (SELECT order_id, min(sequence) AS first, max(sequence) AS last FROM bite GROUP BY order_id),
  stretch AS MATERIALIZED (
    SELECT order_id, last, CASE WHEN previous.transition_id IS NULL THEN 1 ELSE first END AS first
    FROM reached LEFT JOIN LATERAL (
      SELECT transition_id FROM state_transitions JOIN event_feed ON transition_id = state_transitions.id
      WHERE state_transitions.order_id = reached.order_id AND sequence = first - 1) AS previous ON true
  ),
  unplaced AS (
    SELECT earlier.id, order_id, earlier.sequence,
           min(transaction_id) OVER (PARTITION BY order_id ORDER BY earlier.sequence
                                     ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS place
    FROM stretch JOIN state_transitions AS earlier USING (order_id)
    WHERE earlier.sequence BETWEEN first AND last
      AND NOT EXISTS (SELECT FROM event_feed WHERE transition_id = earlier.id)
  ),
  placed AS (
    INSERT INTO event_feed (position, transition_id, order_id)
    SELECT placed_position + row_number() OVER (ORDER BY place, order_id, sequence), id, order_id
    FROM unplaced, event_feed_progress
    RETURNING position
  )
  UPDATE event_feed_progress
  SET transaction_id = last.transaction_id, transition_id = last.id,
      placed_position = placed_position + (SELECT count(*) FROM placed)
  FROM (SELECT transaction_id, id FROM bite ORDER BY transaction_id DESC, id DESC LIMIT 1) AS last
  RETURNING (SELECT count(*) FROM placed) AS placed, (SELECT count(*) FROM bite) AS taken`;

export interface PlacedBite {
  readonly placed: number;
  /** More may be waiting. */
  readonly more: boolean;
}

/** Gives committed transitions consecutive positions in the feed. Any number may run: they take turns. */
export class EventSequencer {
  readonly #pool: Pool;
  #serverKnown = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Places the next bite; nothing when another process is at it. Where there is nothing to place, nothing is written. */
  async placeNext(): Promise<PlacedBite> {
    const client = await this.#pool.connect();
    try {
      await client.query(BEGIN);
      // A statement of its own, so that the next one sees what the lock's last holder has committed.
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        SEQUENCER_LOCK_KEY,
      ]);
      const bite = rows[0]?.mine ? await this.#place(client) : { placed: 0, more: false };
      await client.query('COMMIT');
      client.release();
      return bite;
    } catch (error) {
      // The server that comes back may be another.
      this.#serverKnown = false;
      client.release(true);
      throw error;
    }
  }

  async #place(client: PoolClient): Promise<PlacedBite> {
    if (this.#serverKnown || !(await isRestored(client))) {
      this.#serverKnown = true;
      return placeBite(client, 'place-settled-events', SETTLED_BITE);
    }
    const left = await placeBite(client, 'place-restored-events', RESTORED_BITE);
    // Then again from the first transaction, passing over what has its place.
    if (!left.more) await client.query("UPDATE event_feed_progress SET transaction_id = '0', transition_id = 0");
    return { placed: left.placed, more: true };
  }
}

/** Prepared under its name: planning it takes as long as placing a few dozen events. */
async function placeBite(client: PoolClient, name: string, bite: string): Promise<PlacedBite> {
  const { rows } = await client.query<{ placed: number; taken: number }>({ name, text: place(bite) });
  const { placed, taken } = rows[0] ?? { placed: 0, taken: 0 };
  return { placed, more: taken === BITE };
}

/**
 * Whether the feed has come further than this server's transactions: a dump was restored on it, from a server that had
 * come further. Left alone, the feed would stand still until this one has caught up.
 */
async function isRestored(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ restored: boolean }>(
    'SELECT transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) AS restored FROM event_feed_progress',
  );
  return rows[0]?.restored ?? false;
}
