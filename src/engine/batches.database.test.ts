import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { eventually } from '../../test/support/eventually.ts';
import { useEngines } from '../../test/support/engines.ts';
import {
  doneOrder,
  move,
  place,
  placeRefusedByDatabase,
  refusalCode,
  requestReturn,
  withKey,
} from '../../test/support/http/requests.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { isHeldUp } from '../platform/database/postgres.ts';
import { Overloaded } from '../platform/sharing/coalesce.ts';
import type { Engine } from './engine.ts';
import type { EngineRequest } from './request.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);
const sessions = useSessions(database);

const HELD_UP_MS = 50;

function countingEngine(): { engine: Engine; batches: number[] } {
  const batches: number[] = [];
  const engine = engines.open({ observer: { batch: (commands) => batches.push(commands) } });
  return { engine, batches };
}

/** How many transactions wrote these orders' rows last. */
async function transactionsOf(orderIds: readonly number[]): Promise<number> {
  const { rows } = await database.pool.query<{ transactions: string }>(
    'SELECT count(DISTINCT xmin::text) AS transactions FROM orders WHERE id = ANY ($1::bigint[])',
    [orderIds],
  );
  return Number(rows[0]?.transactions);
}

async function orderIdsOf(customerId: string): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM orders WHERE customer_id = $1', [
    customerId,
  ]);
  return rows.map(({ id }) => id);
}

describe('everything that arrives together is one transaction', () => {
  test('500 orders placed at once take three transactions, of 200 commands at most', async () => {
    const { engine, batches } = countingEngine();
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => engine.execute(place())));
    expect(batches).toEqual([200, 200, 100]);
    expect(await transactionsOf(outcomes.map((outcome) => doneOrder(outcome).id))).toBe(3);
  });

  test('what arrives while the batches in flight are held up waits, and leaves in shares when they are through', async () => {
    const { engine, batches } = countingEngine();
    const [one, other] = [await shop.place(), await shop.place()];
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM orders WHERE id = ANY ($1) FOR UPDATE', [[one.id, other.id]]);
    const first = engine.execute(move(one.id, 'pay'));
    await sessions.waitingForLock('roundtrip engine', 1);
    const second = engine.execute(move(other.id, 'pay'));
    await sessions.waitingForLock('roundtrip engine', 2);
    const later = Array.from({ length: 50 }, () => engine.execute(place()));
    expect(engine.queued).toBe(50);
    await session.query('COMMIT');
    await Promise.all([first, second, ...later]);
    expect(batches).toEqual([1, 1, 26, 24]);
    expect(engine.queued).toBe(0);
  });

  test('commands on one order in one batch see each other, in the order of their arrival', async () => {
    const { engine, batches } = countingEngine();
    const { id, items } = await shop.place();
    const mug = items[0]?.id ?? 0;
    const outcomes = await Promise.all(
      [
        move(id, 'pay'),
        move(id, 'pay'),
        move(id, 'process'),
        move(id, 'cancel'),
        move(id, 'ship'),
        requestReturn(id, mug, 1),
        move(id, 'deliver'),
        requestReturn(id, mug, 4),
        requestReturn(id, mug, 2),
      ].map((request) => engine.execute(request)),
    );
    expect(batches).toEqual([9]);
    expect(outcomes.map((outcome) => refusalCode(outcome) ?? 'done')).toEqual([
      'done',
      'order.illegal_transition',
      'done',
      'order.illegal_transition',
      'done',
      'return.order_not_delivered',
      'done',
      'done',
      'return.quantity_exceeds_returnable',
    ]);
    const { rows } = await database.pool.query('SELECT state, version FROM orders WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'DELIVERED', version: 6 }]);
  });

  test('huge orders go one at a time, each in a batch of its own, and small ones beside them', async () => {
    const { engine, batches } = countingEngine();
    const items = Array.from({ length: 2_000 }, (_, line) => ({
      sku: `SKU-${line}`,
      title: 'Line',
      quantity: 1,
      unitPriceMinor: 1,
    }));
    const huge = place({ items });
    await Promise.all([huge, huge, place()].map((request) => engine.execute(request)));
    // One huge order, the small one beside it, and the other huge order when the first is done.
    expect(batches).toEqual([1, 1, 1]);
  });
});

describe('a batch that fails as a whole', () => {
  test('its commands go one by one: the one that the database refuses fails alone', async () => {
    const { engine, batches } = countingEngine();
    const customerId = 'neighbour-1';
    const settled = await Promise.allSettled(
      [place({ customerId }), placeRefusedByDatabase(), place({ customerId })].map((request) =>
        engine.execute(request),
      ),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([3]);
    const ids = await orderIdsOf(customerId);
    expect(ids).toHaveLength(2);
    expect(await transactionsOf(ids)).toBe(2);
    expect(engines.warnings).toHaveLength(1);
  });

  test('a number that another connection commits in between is refused as taken; the neighbours are placed', async () => {
    const engine = engines.open();
    const customerId = 'neighbour-2';
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(
      `INSERT INTO orders (order_number, customer_id, currency, state, total_minor, placed_at)
       VALUES ('BETWEEN-1', 'other', 'INR', 'PENDING_PAYMENT', 0, now())`,
    );
    const requests = [place({ customerId }), place({ customerId, orderNumber: 'BETWEEN-1' }), place({ customerId })];
    const outcomes = Promise.all(requests.map((request) => engine.execute(request)));
    await sessions.waitingForLock('roundtrip engine');
    await session.query('COMMIT');
    expect((await outcomes).map(refusalCode)).toEqual([undefined, 'order.number_taken', undefined]);
    expect(await orderIdsOf(customerId)).toHaveLength(2);
  });

  test('a number that another connection gave up in between is used', async () => {
    const engine = engines.open();
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(
      `INSERT INTO orders (order_number, customer_id, currency, state, total_minor, placed_at)
       VALUES ('BETWEEN-2', 'other', 'INR', 'PENDING_PAYMENT', 0, now())`,
    );
    const outcome = engine.execute(place({ orderNumber: 'BETWEEN-2' }));
    await sessions.waitingForLock('roundtrip engine');
    await session.query('ROLLBACK');
    expect(doneOrder(await outcome).orderNumber).toBe('BETWEEN-2');
  });

  test('because others hold its orders: each of those is refused soon, and the last in the row is not kept waiting', async () => {
    const lockTimeoutMs = 2_000;
    const databaseUrl = new URL(database.url);
    databaseUrl.searchParams.set('lock_timeout', String(lockTimeoutMs));
    const engine = engines.open({ databaseUrl: databaseUrl.href });
    const held = await Promise.all([1, 2, 3].map(() => shop.place()));
    const free = await shop.place();
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM orders WHERE id = ANY ($1) FOR UPDATE', [held.map(({ id }) => id)]);
    const sentAt = performance.now();
    const refused = held.map(({ id }) => expect(engine.execute(move(id, 'pay'))).rejects.toSatisfy(isHeldUp));
    expect(doneOrder(await engine.execute(move(free.id, 'pay'))).state).toBe('PAID');
    // The batch has waited as long as a session does; three that wait as long again would be four times that.
    expect(performance.now() - sentAt).toBeLessThan(3 * lockTimeoutMs);
    await Promise.all(refused);
    await session.query('COMMIT');
    expect(doneOrder(await engine.execute(move(held[0]?.id ?? 0, 'pay'))).state).toBe('PAID');
  });

  test('an answer that cannot be rendered fails its own command alone, and leaves nothing of it', async () => {
    const engine = engines.open();
    const customerId = 'neighbour-3';
    const broken: EngineRequest = {
      ...place({ customerId: 'unrenderable' }),
      idempotency: {
        caller: 'shop',
        key: 'unrenderable',
        fingerprint: Buffer.from('x'),
        render: () => {
          throw new Error('cannot be rendered');
        },
      },
    };
    const settled = await Promise.allSettled(
      [place({ customerId }), broken, place({ customerId })].map((request) => engine.execute(request)),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await orderIdsOf(customerId)).toHaveLength(2);
    expect(await orderIdsOf('unrenderable')).toEqual([]);
  });
});

describe('what the database says may be done again is done again', () => {
  test('a deadlock: the batch that lost is done again as a whole, and nobody hears of it', async () => {
    const engine = engines.open();
    const [one, other] = [await shop.place(), await shop.move((await shop.place()).id, 'pay', 'process')];
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [other.id]);
    const outcomes = Promise.all(
      [withKey(move(one.id, 'pay'), 'deadlock'), move(other.id, 'ship')].map((request) => engine.execute(request)),
    );
    await sessions.waitingForLock('roundtrip engine');
    // PostgreSQL ends the one that has waited for a second first: the engine.
    await session.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [one.id]);
    await session.query('ROLLBACK');
    expect((await outcomes).map(refusalCode)).toEqual([undefined, undefined]);
    expect(engines.warnings).toEqual([]);
    expect(await transactionsOf([one.id, other.id])).toBe(1);
    // Each session counts its deadlocks for itself, and adds them up when it comes to it.
    await eventually('PostgreSQL has counted a deadlock', async () => {
      const { rows } = await database.pool.query<{ happened: boolean }>(
        'SELECT deadlocks > 0 AS happened FROM pg_stat_database WHERE datname = current_database()',
      );
      return rows[0]?.happened;
    });
  });

  test('a serialisation failure on taking the locks: the command is done again, even when all answers come at once', async () => {
    const { id } = await shop.move((await shop.place()).id, 'pay', 'process');
    const databaseUrl = new URL(database.url);
    databaseUrl.searchParams.set('options', String.raw`-c default_transaction_isolation=repeatable\ read`);
    const engine = engines.open({ databaseUrl: databaseUrl.href });
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query(`UPDATE orders SET customer_email = 'other@example.com' WHERE id = $1`, [id]);
    const outcome = engine.execute(withKey(move(id, 'ship'), 'serialisation'));
    await sessions.waitingForLock('roundtrip engine');
    const committed = session.query('COMMIT');
    // The statements behind the one that failed say only that the transaction is void. With the event loop held up,
    // they are all read in one go, and the one that says why must still be the one that counts.
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS));
    await committed;
    expect(doneOrder(await outcome)).toMatchObject({ state: 'SHIPPED', customerEmail: 'other@example.com' });
  });
});

describe('the queue is bounded', () => {
  test('beyond its bound a command is refused at once as overloaded; those that wait are done', async () => {
    const engine = engines.open({ maxQueuedWeight: 20, maxBatchesInFlight: 1 });
    const { id } = await shop.place();
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);
    const held = engine.execute(move(id, 'pay'));
    await sessions.waitingForLock('roundtrip engine');
    // Each weighs four: itself and its three lines.
    const customerId = 'overload';
    const waiting = Array.from({ length: 5 }, () => engine.execute(place({ customerId })));
    await expect(engine.execute(place({ customerId }))).rejects.toThrow(Overloaded);
    await expect(engine.execute(withKey(place({ customerId }), 'overload'))).rejects.toThrow(Overloaded);
    await session.query('COMMIT');
    expect([await held, ...(await Promise.all(waiting))].map(refusalCode)).toEqual(Array(6).fill(undefined));
    expect(await orderIdsOf(customerId)).toHaveLength(5);
    expect(doneOrder(await engine.execute(withKey(place({ customerId }), 'overload'))).customerId).toBe(customerId);
  });
});
