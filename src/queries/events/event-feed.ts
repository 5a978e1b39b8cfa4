import type { Pool } from 'pg';
import type { DomainEvent } from '../../domain/events.ts';
import type { EntityType } from '../../domain/lifecycles.ts';
import type { OrderScope } from '../../domain/orders/order-scope.ts';
import { scopeValues } from '../lists/scope.ts';

/** A transition at its place in the feed. */
export interface PlacedEvent {
  /** From 1, without gaps. */
  readonly position: number;
  readonly transitionId: number;
  /** Where it happened: the token of the database. */
  readonly installation: string;
  readonly orderId: number;
  readonly orderNumber: string;
  readonly entityType: EntityType;
  readonly entityId: number;
  readonly event: string;
  readonly fromState: string | null;
  readonly toState: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly sequence: number;
  readonly createdAt: Date;
}

export interface FeedRequest {
  /** The position after which to read; 0 from the beginning. */
  readonly after: number;
  readonly limit: number;
  /** Undefined: events of every kind. */
  readonly only?: DomainEvent;
  readonly scope?: OrderScope;
}

export interface FeedPage {
  readonly events: readonly PlacedEvent[];
  /** The position up to which the feed was read; the next page begins after it. */
  readonly readUpTo: number;
}

/** Of the feed, for one page: a kind of event that hardly ever happens must not cost a walk through all of it. */
const MOST_POSITIONS_A_PAGE = 5_000;

/**
 * Oldest first. Undefined: `after` is ahead of the feed, so it was never given out, or the database has been restored
 * to an earlier time since.
 */
export async function readEventFeed(
  pool: Pool,
  { after, limit, only, scope }: FeedRequest,
): Promise<FeedPage | undefined> {
  // Read before the events: all positions up to it are there, and what is placed in between is for the next page.
  const placed = await placedPosition(pool);
  if (after > placed) return undefined;
  const end = Math.min(placed, after + MOST_POSITIONS_A_PAGE);
  if (after === end) return { events: [], readUpTo: end };
  const { rows } = await pool.query<PlacedEvent>({
    name: 'read-event-feed',
    text: `SELECT position, transition_id AS "transitionId", (SELECT token FROM installation) AS installation,
                  event_feed.order_id AS "orderId", order_number AS "orderNumber", entity_type AS "entityType", entity_id AS "entityId", event,
                  from_state AS "fromState", to_state AS "toState", actor, reason, sequence,
                  state_transitions.created_at AS "createdAt"
           FROM event_feed
           JOIN state_transitions ON state_transitions.id = transition_id
           JOIN orders ON orders.id = event_feed.order_id
           WHERE position > $1 AND position <= $2
             AND ($3::text IS NULL OR (entity_type = $3 AND to_state = $4))
             AND ($6::bigint IS NULL OR coalesce(shop_id, 0) = $6)
             AND ($7::text IS NULL OR customer_id = $7)
           ORDER BY position LIMIT $5`,
    values: [after, end, only?.entityType ?? null, only?.state ?? null, limit, ...scopeValues(scope)],
  });
  const last = rows.at(-1);
  return { events: rows, readUpTo: last && rows.length === limit ? last.position : end };
}

/** The position of the newest event that can be read; 0 before the first. */
export async function placedPosition(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ placed: number }>({
    name: 'read-placed-position',
    text: 'SELECT placed_position AS placed FROM event_feed_progress',
  });
  return rows[0]?.placed ?? 0;
}

/** Of those that the sequencer comes to next. After a restore it passes over all that have their positions already. */
const MOST_LOOKED_AT = 5_000;

/**
 * How long the oldest transition that has no position yet has been waiting for one, in seconds; 0 when none waits. Those
 * of transactions that this server has not come to yet were written before it was restored, and placed then or at once.
 */
export async function readEventFeedLag(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>({
    name: 'read-event-feed-lag',
    text: `SELECT greatest(0, extract(epoch FROM now() - created_at))::double precision AS seconds
           FROM (SELECT transaction_id, id, created_at FROM state_transitions
                 WHERE (transaction_id, id) > (SELECT transaction_id, transition_id FROM event_feed_progress)
                   AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
                 ORDER BY transaction_id, id LIMIT $1) AS next
           WHERE (SELECT position FROM event_feed WHERE transition_id = next.id) IS NULL
           ORDER BY transaction_id, id LIMIT 1`,
    values: [MOST_LOOKED_AT],
  });
  return rows[0]?.seconds ?? 0;
}

/** How old the oldest event is that the broker has not confirmed yet, in seconds; 0 when there is none. */
export function readPublishingLag(pool: Pool): Promise<number> {
  return readAgeBehind(pool, 'published_position FROM event_feed_progress');
}

/** How old the oldest event is that is not dealt to webhook endpoints yet, in seconds; 0 when there is none. */
export function readDealingLag(pool: Pool): Promise<number> {
  return readAgeBehind(pool, 'dealt_position FROM webhook_progress');
}

/** Of the event right behind the position. */
async function readAgeBehind(pool: Pool, position: string): Promise<number> {
  const { rows } = await pool.query<{ seconds: number }>(
    `SELECT greatest(0, extract(epoch FROM now() - created_at))::double precision AS seconds
     FROM event_feed JOIN state_transitions ON state_transitions.id = transition_id
     WHERE position = 1 + (SELECT ${position})`,
  );
  return rows[0]?.seconds ?? 0;
}
