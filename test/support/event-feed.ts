import pg from 'pg';
import { afterEach } from 'vitest';
import { EventSequencer } from '../../src/jobs/events/sequencer.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** A transition's place, and its number in its order. */
export interface Placed {
  readonly position: number;
  readonly transition_id: number;
  readonly order_id: number;
  readonly sequence: number;
}

export interface TestFeed {
  readonly sequencer: EventSequencer;
  /** A connection of the test's own, for transactions that the test keeps open; closed after the test. */
  connection(): Promise<pg.Client>;
  addOrder(): Promise<number>;
  /** Answers with the transition's id. Transaction ids are the server's own, unless the row comes from another server. */
  addTransition(
    client: pg.ClientBase | pg.Pool,
    orderId: number,
    sequence: number,
    transactionId?: string,
  ): Promise<number>;
  /** Adds so many to a new order, all in one transaction. */
  addTransitions(orderId: number, count: number): Promise<void>;
  /** The whole feed, by position. */
  placed(): Promise<Placed[]>;
  /** Places until all that is committed has its place. Other databases of the server may hold the horizon up a while. */
  placeAll(): Promise<void>;
}

/** Called at the top of a test file, after useDatabase. */
export function useFeed(database: TestDatabase): TestFeed {
  const connections: pg.Client[] = [];
  let sequencer: EventSequencer | undefined;

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((client) => client.end()));
  });

  const feed: TestFeed = {
    get sequencer() {
      return (sequencer ??= new EventSequencer(database.pool));
    },
    connection: async () => {
      const client = new pg.Client(database.url);
      await client.connect();
      connections.push(client);
      return client;
    },
    addOrder: () =>
      insert(
        database.pool,
        `INSERT INTO orders (order_number, customer_id, customer_email, currency, state, total_minor, placed_at)
         VALUES ('FEED-' || gen_random_uuid(), 'customer', 'asha@example.com', 'INR', 'PAID', 0, now()) RETURNING id`,
      ),
    addTransition: (client, orderId, sequence, transactionId) =>
      insert(
        client,
        `INSERT INTO state_transitions (order_id, sequence, entity_type, entity_id, event, to_state, actor, created_at,
                                        previous_hash, hash, transaction_id)
         VALUES ($1, $2, 'order', $1, 'place', 'PENDING_PAYMENT', 'test', now(), '', '',
                 coalesce($3::xid8, pg_current_xact_id())) RETURNING id`,
        [orderId, sequence, transactionId],
      ),
    addTransitions: async (orderId, count) => {
      // Ids that are nowhere near those of others, and in another order than the sequences.
      await database.pool.query(
        `INSERT INTO state_transitions (id, order_id, sequence, entity_type, entity_id, event, to_state, actor,
                                        created_at, previous_hash, hash)
         SELECT ($1::bigint << 32) + hashint4(n), $1, n, 'order', $1, 'place', 'PENDING_PAYMENT', 'test', now(), '', ''
         FROM generate_series(1, $2) AS n`,
        [orderId, count],
      );
    },
    placed: async () => {
      const { rows } = await database.pool.query<Placed>(
        `SELECT position, transition_id, event_feed.order_id, sequence
         FROM event_feed JOIN state_transitions ON state_transitions.id = transition_id ORDER BY position`,
      );
      return rows;
    },
    placeAll: async () => {
      await eventually('everything has its place', async () => {
        await feed.sequencer.placeNext();
        const { rows } = await database.pool.query<{ left: number }>(
          'SELECT (SELECT count(*) FROM state_transitions) - (SELECT count(*) FROM event_feed) AS left',
        );
        return rows[0]?.left === 0;
      });
    },
  };
  return feed;
}

async function insert(client: pg.ClientBase | pg.Pool, text: string, values: unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ id: number | string }>(text, values);
  // Connections of the tests' own answer with text for a bigint.
  return Number(rows[0]?.id);
}

/** @throws Error when a position is missing, a transition is there twice, or an order's sequences do not ascend */
export function checkFeed(placed: readonly Placed[]): void {
  const transitions = new Set<number>();
  const sequences = new Map<number, number>();
  for (const [index, { position, transition_id: id, order_id: orderId, sequence }] of placed.entries()) {
    if (position !== index + 1) throw new Error(`position ${position} comes where ${index + 1} belongs`);
    if (transitions.has(id)) throw new Error(`transition ${id} is there twice`);
    const before = sequences.get(orderId) ?? 0;
    if (sequence !== before + 1) throw new Error(`order ${orderId}: ${sequence} comes after ${before}`);
    transitions.add(id);
    sequences.set(orderId, sequence);
  }
}
