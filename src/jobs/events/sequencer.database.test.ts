import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { useEngines } from '../../../test/support/engines.ts';
import { checkFeed, useFeed } from '../../../test/support/event-feed.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { moveReturn, requestReturn } from '../../../test/support/http/requests.ts';
import { readEventFeedLag } from '../../queries/events/event-feed.ts';
import { EventSequencer } from './sequencer.ts';

/** Of each writer. */
const ROUNDS = 10;

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);
const feed = useFeed(database);

const idsPlaced = async () => (await feed.placed()).map(({ transition_id: id }) => id);

beforeEach(async () => {
  await feed.placeAll();
});

describe('the sequencer', () => {
  test('places nothing above a transaction that still runs, so that what commits late comes before it', async () => {
    const [late, early, later] = [await feed.addOrder(), await feed.addOrder(), await feed.addOrder()];
    const before = await feed.addTransition(database.pool, early, 1);
    const open = await feed.connection();
    await open.query('BEGIN');
    const lateId = await feed.addTransition(open, late, 1);
    const laterId = await feed.addTransition(database.pool, later, 1);

    // What was there before the open transaction is placed; what came after it waits.
    await eventually('the one before is placed', async () => {
      await feed.sequencer.placeNext();
      return (await idsPlaced()).includes(before);
    });
    await feed.sequencer.placeNext();
    expect(await idsPlaced()).not.toContain(laterId);

    await open.query('COMMIT');
    await feed.placeAll();
    expect((await idsPlaced()).slice(-3)).toEqual([before, lateId, laterId]);
    checkFeed(await feed.placed());
  });

  test("places an order's earlier sequence with the later one, though its transaction is above the horizon", async () => {
    const [first, crossed] = [await feed.addOrder(), await feed.addOrder()];
    await feed.addTransition(database.pool, crossed, 1);
    await feed.placeAll();
    const [low, middle, high] = [await feed.connection(), await feed.connection(), await feed.connection()];
    const lock = 'SELECT FROM orders WHERE id = $1 FOR UPDATE';
    await low.query('BEGIN');
    await low.query(lock, [first]);
    await middle.query('BEGIN');
    await middle.query('SELECT pg_current_xact_id()');
    await high.query('BEGIN');
    await high.query(lock, [crossed]);
    const second = await feed.addTransition(high, crossed, 2);
    const gotLock = low.query(lock, [crossed]);
    await high.query('COMMIT');
    await gotLock;
    const third = await feed.addTransition(low, crossed, 3);
    await low.query('COMMIT');

    // `low` is below the horizon, which `middle` holds; `high`, which wrote the earlier sequence, is above it.
    await eventually('the third is placed', async () => {
      await feed.sequencer.placeNext();
      return (await idsPlaced()).includes(third);
    });
    expect((await idsPlaced()).slice(-2)).toEqual([second, third]);

    await middle.query('COMMIT');
    const fourth = await feed.addTransition(database.pool, crossed, 4);
    await feed.placeAll();
    expect((await idsPlaced()).slice(-3)).toEqual([second, third, fourth]);
    checkFeed(await feed.placed());
  });

  test('leaves out what was rolled back', async () => {
    const order = await feed.addOrder();
    const open = await feed.connection();
    await open.query('BEGIN');
    await feed.addTransition(open, order, 1);
    await open.query('ROLLBACK');
    const kept = await feed.addTransition(database.pool, order, 1);
    await feed.placeAll();
    expect((await idsPlaced()).at(-1)).toBe(kept);
    checkFeed(await feed.placed());
  });

  test('places each transition of 16 writers on a few orders once, in its order, with three sequencers at it', async () => {
    const items = [{ sku: 'MUG', title: 'Mug', quantity: 100, unitPriceMinor: 100 }];
    const delivered = async () => shop.move((await shop.shippedOrder({ items })).id, 'deliver');
    const orders = await Promise.all(Array.from({ length: 6 }, delivered));
    const fleet = Array.from({ length: 4 }, () => engines.open());
    /** Asks to return one piece, and is refused, on each order in turn. */
    const write = async (writer: number) => {
      const engine = fleet[writer % fleet.length];
      for (let round = 0; round < ROUNDS; round += 1) {
        const order = orders[(writer + round) % orders.length];
        const item = order?.items[0];
        if (!engine || !order || !item) throw new Error('there is no such engine or order');
        const outcome = await engine.execute(requestReturn(order.id, item.id, 1));
        if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
        await engine.execute(moveReturn(outcome.subjectId, 'reject'));
      }
    };

    let writing = true;
    const sequencing = Array.from({ length: 3 }, async () => {
      const sequencer = new EventSequencer(database.pool);
      while (writing) await sequencer.placeNext();
    });
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    writing = false;
    await Promise.all(sequencing);

    await feed.placeAll();
    const placed = await feed.placed();
    checkFeed(placed);
    const ofOrders = placed.filter(({ order_id: orderId }) => orders.some(({ id }) => id === orderId));
    expect(ofOrders).toHaveLength(orders.length * 5 + 16 * ROUNDS * 2);
  });

  test('places more than one bite holds, from a single transaction, in the order of each order', async () => {
    const order = await feed.addOrder();
    await feed.addTransitions(order, 2_502);
    await feed.placeAll();
    const placed = await feed.placed();
    checkFeed(placed);
    expect(placed.filter(({ order_id: orderId }) => orderId === order)).toHaveLength(2_502);
  });

  test('tells how long the oldest transition has been waiting', async () => {
    expect(await readEventFeedLag(database.pool)).toBe(0);
    const order = await feed.addOrder();
    await database.pool.query(
      `INSERT INTO state_transitions (order_id, sequence, entity_type, entity_id, event, to_state, actor, created_at,
                                      previous_hash, hash)
       VALUES ($1, 1, 'order', $1, 'place', 'PENDING_PAYMENT', 'test', now() - interval '1 hour', '', '')`,
      [order],
    );
    expect(await readEventFeedLag(database.pool)).toBeGreaterThanOrEqual(3_600);
    await feed.placeAll();
    expect(await readEventFeedLag(database.pool)).toBe(0);
  });
});

describe('on a server that the database was restored on', () => {
  /** Of a server that had come a trillion transactions further. */
  const ELSEWHERE = '1000000000000';

  test('the feed goes on: what was left is placed, and then what is new, each once', async () => {
    const order = await feed.addOrder();
    const placedThere = await feed.addTransition(database.pool, order, 1, ELSEWHERE);
    await database.pool.query(`INSERT INTO event_feed SELECT placed_position + 1, $1, $2 FROM event_feed_progress`, [
      placedThere,
      order,
    ]);
    await database.pool.query(
      `UPDATE event_feed_progress
       SET placed_position = placed_position + 1, transaction_id = $2, transition_id = $1`,
      [placedThere, ELSEWHERE],
    );
    const leftThere = await feed.addTransition(database.pool, order, 2, ELSEWHERE);
    const written = await feed.addTransition(database.pool, order, 3);

    const sequencer = new EventSequencer(database.pool);
    await eventually('all is placed', async () => {
      await sequencer.placeNext();
      return (await idsPlaced()).includes(written);
    });
    expect((await idsPlaced()).slice(-3)).toEqual([placedThere, leftThere, written]);
    checkFeed(await feed.placed());

    const next = await feed.addTransition(database.pool, order, 4);
    await eventually('what comes next is placed', async () => {
      await sequencer.placeNext();
      return (await idsPlaced()).includes(next);
    });
    checkFeed(await feed.placed());

    // Where the feed has come to is behind what was placed there, which is in the feed all the same.
    expect(await readEventFeedLag(database.pool), 'nothing waits').toBe(0);
    await database.pool.query(`UPDATE event_feed_progress SET transaction_id = '0', transition_id = 0`);
    expect(await readEventFeedLag(database.pool), 'nothing waits while it is passed over').toBe(0);
    const holder = await feed.connection();
    await holder.query('BEGIN; SELECT pg_current_xact_id()');
    await feed.addTransition(database.pool, order, 5);
    await eventually('the wait of the next one is told', async () => (await readEventFeedLag(database.pool)) > 0);
    await holder.query('COMMIT');
  });
});
