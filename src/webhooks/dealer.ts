import type { Pool, PoolClient } from 'pg';

/** Positions of the feed looked at in one transaction. */
const BITE = 500;

/**
 * Deals the event feed out: for each event and each endpoint that wants it, a delivery. Where the feed has been dealt up
 * to moves in the same transaction, so every event is dealt once, and none is left out. Any number may run: they take
 * turns.
 */
export class WebhookDealer {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Deals the next bite; nothing when another process is at it. Answers whether there may be more. */
  async dealNext(): Promise<Dealt> {
    if (!(await this.#isBehind())) return { dealt: 0, more: false };
    const client = await this.#pool.connect();
    try {
      await client.query(BEGIN);
      // A statement of its own, so that the next one sees every endpoint that was made while the row was held.
      const { rowCount } = await client.query('SELECT FROM webhook_progress FOR UPDATE SKIP LOCKED');
      const dealt = rowCount === 1 ? await deal(client) : { dealt: 0, more: false };
      await client.query('COMMIT');
      client.release();
      return dealt;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #isBehind(): Promise<boolean> {
    const { rows } = await this.#pool.query<{ behind: boolean }>({
      name: 'is-webhook-feed-behind',
      text: `SELECT dealt_position <> placed_position AS behind FROM webhook_progress, event_feed_progress`,
    });
    return rows[0]?.behind ?? false;
  }
}

interface Dealt {
  readonly dealt: number;
  readonly more: boolean;
}

async function deal(client: PoolClient): Promise<Dealt> {
  const { rowCount } = await client.query({ name: 'pass-webhooks-over', text: PASS_OVER });
  if (rowCount === 1) return { dealt: 0, more: false };
  const { rows } = await client.query<Dealt>({ name: 'deal-webhooks', text: DEAL, values: [BITE] });
  return rows[0] ?? { dealt: 0, more: false };
}

/** Rows are looked up by index, whatever the statistics say: see the event sequencer. */
const BEGIN = `
  BEGIN;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off`;

/** Where nobody listens, nothing has to be looked at. */
const PASS_OVER = `
  UPDATE webhook_progress SET dealt_position = placed_position FROM event_feed_progress
  WHERE NOT EXISTS (SELECT FROM webhook_endpoints WHERE state = 'ENABLED')`;

/**
 * A delivery in order waits for the one before it: while that is to be tried again later, this one is not due earlier.
 * After a restore to an earlier time the feed may be behind what was dealt; then it goes on from where the feed is.
 */
const DEAL = `
  WITH bite AS MATERIALIZED (
    SELECT dealt_position AS start, least(placed_position, dealt_position + $1) AS stop, placed_position
    FROM webhook_progress, event_feed_progress
  ),
  wanted AS (
    SELECT webhook_endpoints.id AS endpoint_id, ordered, event_feed.position, transition_id, event_feed.order_id, type,
           send_round
    FROM bite
    JOIN event_feed ON position > start AND position <= stop
    JOIN state_transitions ON state_transitions.id = transition_id
    CROSS JOIN LATERAL (SELECT 'roundtrip.' || entity_type || '.' || lower(to_state) || '.v1' AS type) AS named
    JOIN webhook_endpoints
      ON webhook_endpoints.state = 'ENABLED' AND (event_types = '{}' OR type = ANY (event_types))
  ),
  dealt AS (
    INSERT INTO webhook_deliveries (endpoint_id, position, transition_id, order_id, event_type, send_round, next_attempt_at)
    SELECT endpoint_id, position, transition_id, order_id, type, send_round,
           greatest(now(), (SELECT max(next_attempt_at) FROM webhook_deliveries AS earlier
                            WHERE wanted.ordered AND earlier.state = 'PENDING'
                              AND earlier.endpoint_id = wanted.endpoint_id AND earlier.order_id = wanted.order_id))
    FROM wanted ORDER BY position
    ON CONFLICT (endpoint_id, position) DO NOTHING
    RETURNING 1
  )
  UPDATE webhook_progress SET dealt_position = bite.stop FROM bite
  RETURNING (SELECT count(*) FROM dealt) AS dealt, bite.stop < bite.placed_position AS more`;
