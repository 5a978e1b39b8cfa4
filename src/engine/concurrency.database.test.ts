import { afterEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { allAnswered, tally, useEngines } from '../../test/support/engines.ts';
import { move, placeRefusedByDatabase, requestReturn } from '../../test/support/http/requests.ts';
import type { Order } from '../domain/orders/order.ts';
import { connectPipelined } from '../platform/database/postgres.ts';
import { auditChains } from './audit/audit.ts';
import type { EngineRequest, Outcome } from './request.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);

/** Sends all at once through three engines; none may fail. */
async function race(requests: readonly EngineRequest[]): Promise<Outcome[]> {
  return allAnswered(await engines.throughThree(requests));
}

afterEach(async () => {
  const client = await connectPipelined(database.url, 'roundtrip test');
  expect(await auditChains(client)).toMatchObject({ broken: undefined });
  await client.end();
});

describe('races on one order', () => {
  test('50 returns of 3 on a delivered line of 5: one is accepted', async () => {
    const { id, items } = await shop.shippedOrder();
    await shop.move(id, 'deliver');
    const mug = items[0]?.id ?? 0;
    const outcomes = await race(Array.from({ length: 50 }, () => requestReturn(id, mug, 3)));
    expect(tally(outcomes)).toEqual({ done: 1, 'return.quantity_exceeds_returnable': 49 });
    const { rows } = await database.pool.query('SELECT returned_quantity FROM order_items WHERE id = $1', [mug]);
    expect(rows).toEqual([{ returned_quantity: 3 }]);
  });

  test('shipped twice at once: one is accepted, one refused, and one invoice number is used', async () => {
    const { id } = await shop.move((await shop.place()).id, 'pay', 'process');
    const last = async () => (await database.pool.query('SELECT last_number FROM invoice_series')).rows[0] as unknown;
    await shop.shippedOrder();
    const before = await last();
    const outcomes = await race([move(id, 'ship'), move(id, 'ship')]);
    expect(tally(outcomes)).toEqual({ done: 1, 'order.illegal_transition': 1 });
    const { rows } = await database.pool.query<{ sequence_number: number }>(
      'SELECT sequence_number FROM invoices WHERE order_id = $1',
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(await last()).toEqual({ last_number: rows[0]?.sequence_number });
    expect(before).toEqual({ last_number: (rows[0]?.sequence_number ?? 0) - 1 });
  });

  test('cancelled and processed at once, on 30 paid orders: each has one winner, and a refund only when cancelled', async () => {
    const orders = await Promise.all(Array.from({ length: 30 }, () => shop.place()));
    await Promise.all(orders.map(({ id }) => shop.move(id, 'pay')));
    const outcomes = await race(orders.flatMap(({ id }) => [move(id, 'cancel'), move(id, 'process')]));
    expect(tally(outcomes)).toEqual({ done: 30, 'order.illegal_transition': 30 });
    const { rows } = await database.pool.query(
      `SELECT FROM orders WHERE id = ANY ($1)
       AND (state = 'CANCELLED') = EXISTS (SELECT FROM refunds WHERE order_id = orders.id)
       AND state IN ('CANCELLED', 'PROCESSING_IN_WAREHOUSE')`,
      [orders.map(({ id }) => id)],
    );
    expect(rows).toHaveLength(30);
  });

  test('of 20 commands that name the same version, one is accepted; a stale version changes nothing', async () => {
    const { id, version } = await shop.place();
    const outcomes = await race(Array.from({ length: 20 }, () => move(id, 'pay', version)));
    expect(tally(outcomes)).toEqual({ done: 1, 'order.version_mismatch': 19 });
    const [stale, current] = [move(id, 'process', version), move(id, 'process', version + 1)];
    expect(tally(await race([stale]))).toEqual({ 'order.version_mismatch': 1 });
    expect(tally(await race([current]))).toEqual({ done: 1 });
  });
});

describe('many orders at once', () => {
  test('orders named in crossed order by three engines: every command is answered, none fails', async () => {
    const orders = await Promise.all(Array.from({ length: 60 }, () => shop.place()));
    const events = ['pay', 'process', 'ship'] as const;
    const everything = (named: readonly Order[]) => named.flatMap(({ id }) => events.map((event) => move(id, event)));
    const sequences = [orders, orders.toReversed(), [...orders.slice(30), ...orders.slice(0, 30)]].map(everything);
    // Dealt out in turn, so that each engine gets one of the three sequences.
    const dealt = everything(orders).flatMap((_, n) => sequences.flatMap((sequence) => sequence[n] ?? []));
    expect(tally(await race(dealt))).toEqual({ done: 180, 'order.illegal_transition': 360 });
    expect(engines.warnings).toEqual([]);
  });

  test('300 orders shipped through three engines, among batches that fail: the invoice numbers have no gap', async () => {
    const orders = await Promise.all(Array.from({ length: 300 }, () => shop.place()));
    for (const event of ['pay', 'process'] as const) await Promise.all(orders.map(({ id }) => shop.move(id, event)));
    const requests = orders.flatMap(({ id }, n) => [
      move(id, 'ship'),
      ...(n % 20 === 0 ? [move(id, 'ship')] : []),
      ...(n % 50 === 0 ? [placeRefusedByDatabase()] : []),
    ]);
    const settled = await engines.throughThree(requests);
    const answered = settled.filter(({ status }) => status === 'fulfilled');
    expect(settled.length - answered.length).toBe(6);
    expect(tally(allAnswered(answered))).toEqual({ done: 300, 'order.illegal_transition': 15 });
    expect(engines.warnings.length).toBeGreaterThan(0);
    const { rows } = await database.pool.query(
      `SELECT count(*) = max(sequence_number) AND min(sequence_number) = 1
              AND max(sequence_number) = (SELECT last_number FROM invoice_series) AS consecutive
       FROM invoices`,
    );
    expect(rows).toEqual([{ consecutive: true }]);
  });
});
