import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { allAnswered, tally, useEngines } from '../../test/support/engines.ts';
import {
  doneOrder,
  move,
  place,
  placeRefusedByDatabase,
  refusalCode,
  requestReturn,
  withKey,
} from '../../test/support/http/requests.ts';
import { removeExpiredAnswers } from './idempotency.ts';
import type { Outcome, StoredAnswer } from './request.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);

async function ordersOf(customerId: string): Promise<number> {
  const { rowCount } = await database.pool.query('SELECT FROM orders WHERE customer_id = $1', [customerId]);
  return rowCount ?? 0;
}

/** @throws Error for an outcome that has no answer to keep */
function answerOf(outcome: Outcome): StoredAnswer {
  if (!outcome.answer) throw new Error(`no answer: ${JSON.stringify(outcome)}`);
  return outcome.answer;
}

describe('a repetition gets the answer of the first', () => {
  test('the same key and request: the stored status, headers and body, and one order', async () => {
    const engine = engines.open();
    const request = withKey(place({ customerId: 'repeated' }), 'repeated');
    const first = await engine.execute(request);
    const second = await engine.execute(request);
    const elsewhere = await engines.open().execute(request);
    expect([first.kind, second.kind, elsewhere.kind]).toEqual(['done', 'replayed', 'replayed']);
    expect([answerOf(second), answerOf(elsewhere)]).toEqual([answerOf(first), answerOf(first)]);
    expect(await ordersOf('repeated')).toBe(1);
  });

  test('a refusal is kept as well, even when the request would be accepted by now', async () => {
    const engine = engines.open();
    const { id } = await shop.place();
    const request = withKey(move(id, 'process'), 'too-early');
    const first = await engine.execute(request);
    expect(refusalCode(first)).toBe('order.illegal_transition');
    await shop.move(id, 'pay');
    expect(await engine.execute(request)).toEqual({ kind: 'replayed', answer: answerOf(first) });
    expect(doneOrder(await engine.execute(withKey(move(id, 'process'), 'in-time'))).version).toBe(3);
  });

  test('a failure is not kept: the key is free for the request put right', async () => {
    const engine = engines.open();
    await expect(engine.execute(withKey(placeRefusedByDatabase(), 'put-right'))).rejects.toThrow(/violates check/);
    expect(doneOrder(await engine.execute(withKey(place(), 'put-right'))).state).toBe('PENDING_PAYMENT');
  });

  test('200 repetitions at once of 200 requests change nothing', async () => {
    const engine = engines.open();
    const requests = Array.from({ length: 200 }, (_, n) => withKey(place({ customerId: 'many' }), `many-${n}`));
    const firsts = await Promise.all(requests.map((request) => engine.execute(request)));
    const again = await Promise.all(requests.map((request) => engine.execute(request)));
    expect(again).toEqual(firsts.map((first) => ({ kind: 'replayed', answer: answerOf(first) })));
    expect(await ordersOf('many')).toBe(200);
  });
});

describe('one key at once', () => {
  test('100 times through one engine: one effect, the same answer for all', async () => {
    const engine = engines.open();
    const request = withKey(place({ customerId: 'at-once' }), 'at-once');
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => engine.execute(request)));
    expect(tally(outcomes)).toEqual({ done: 1, replayed: 99 });
    expect(new Set(outcomes.map((outcome) => JSON.stringify(answerOf(outcome)))).size).toBe(1);
    expect(await ordersOf('at-once')).toBe(1);
  });

  test('100 times through three engines, among others: one effect, one answer for all, and the others are done', async () => {
    const request = withKey(place({ customerId: 'at-three' }), 'at-three');
    const others = Array.from({ length: 3 }, () => place({ customerId: 'neighbour' }));
    const repeated = Array.from({ length: 100 }, () => request);
    const outcomes = allAnswered(await engines.throughThree([...others, ...repeated]));
    expect(tally(outcomes)).toEqual({ done: 4, replayed: 99 });
    expect(new Set(outcomes.slice(3).map((outcome) => JSON.stringify(answerOf(outcome)))).size).toBe(1);
    expect([await ordersOf('at-three'), await ordersOf('neighbour')]).toEqual([1, 3]);
  });

  test('a return of one order, 30 times through three engines: the units are counted once', async () => {
    const { id, items } = await shop.shippedOrder();
    await shop.move(id, 'deliver');
    const mug = items[0]?.id ?? 0;
    const request = withKey(requestReturn(id, mug, 1), 'one-return');
    const outcomes = allAnswered(await engines.throughThree(Array.from({ length: 30 }, () => request)));
    expect(tally(outcomes)).toEqual({ done: 1, replayed: 29 });
    const { rows } = await database.pool.query('SELECT returned_quantity FROM order_items WHERE id = $1', [mug]);
    expect(rows).toEqual([{ returned_quantity: 1 }]);
  });
});

describe('a key belongs to one request of one caller', () => {
  test('the same key with another request is refused, later and at once, and the first answer stays', async () => {
    const engine = engines.open();
    const first = withKey(place({ customerId: 'first' }), 'reused');
    const other = withKey(place({ customerId: 'other-request' }), 'reused');
    const [done, atOnce] = await Promise.all([engine.execute(first), engine.execute(other)]);
    const later = await engine.execute(other);
    const elsewhere = await engines.open().execute(other);
    expect([atOnce, later, elsewhere].map(refusalCode)).toEqual(Array(3).fill('idempotency.key_reused'));
    expect(await engine.execute(first)).toEqual({ kind: 'replayed', answer: answerOf(done) });
    expect(await ordersOf('other-request')).toBe(0);
  });

  test('two requests under one key through two engines at once: one acts, the other is refused', async () => {
    const outcomes = await Promise.all(
      ['rival-1', 'rival-2'].map((customerId) => engines.open().execute(withKey(place({ customerId }), 'rivals'))),
    );
    expect(outcomes.map(refusalCode).sort()).toEqual(['idempotency.key_reused', undefined]);
    expect((await ordersOf('rival-1')) + (await ordersOf('rival-2'))).toBe(1);
  });

  test('another caller with the same key and request has an effect of their own', async () => {
    const engine = engines.open();
    const callers = ['shop-a', 'shop-b'];
    const send = () =>
      Promise.all(callers.map((caller) => engine.execute(withKey(place({ customerId: 'callers' }), 'same', caller))));
    expect((await send()).map(({ kind }) => kind)).toEqual(['done', 'done']);
    expect((await send()).map(({ kind }) => kind)).toEqual(['replayed', 'replayed']);
    expect(await ordersOf('callers')).toBe(2);
  });
});

describe('past their keeping', () => {
  test('keys older than 24 hours go, 5,000 at a time; younger ones stay', async () => {
    const keep = (age: string, caller: string, count: number) =>
      database.pool.query(
        `INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body, created_at)
         SELECT $2, n::text, '', 200, '{}', '', now() - $1::interval FROM generate_series(1, $3) AS n`,
        [age, caller, count],
      );
    await keep('24 hours 1 minute', 'old', 12_001);
    await keep('23 hours 59 minutes', 'young', 10);
    const bites = [];
    for (let bite = 0; bite < 4; bite += 1) bites.push(await removeExpiredAnswers(database.pool));
    expect(bites).toEqual([5_000, 5_000, 2_001, 0]);
    const { rowCount } = await database.pool.query(`SELECT FROM idempotency_keys WHERE caller = 'young'`);
    expect(rowCount).toBe(10);
  });

  test("a key that is gone no longer replays, and the order number's own uniqueness still holds", async () => {
    const engine = engines.open();
    const request = withKey(place({ customerId: 'expired', orderNumber: 'EXPIRED-1' }), 'expired');
    doneOrder(await engine.execute(request));
    await database.pool.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = $1`, [
      'expired',
    ]);
    expect(await removeExpiredAnswers(database.pool)).toBe(1);
    expect(refusalCode(await engine.execute(request))).toBe('order.number_taken');
    expect(await ordersOf('expired')).toBe(1);
  });
});
