import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { connectPipelined } from '../platform/database/postgres.ts';
import { auditChains } from './audit/audit.ts';
import { IdSupply } from './ids/ids.ts';
import { catchUpLedger } from './ledger-catch-up.ts';

const database = useDatabase();
const shop = useEngine(database);

async function withClient<Result>(work: (client: Awaited<ReturnType<typeof connectPipelined>>) => Promise<Result>) {
  const client = await connectPipelined(database.url, 'roundtrip test ledger');
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const audit = () => withClient(auditChains);

/** As if the order were from before there was a ledger. */
async function forgetLedgerOf(orderId: number): Promise<void> {
  await database.pool.query('ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only');
  await database.pool.query('DELETE FROM ledger_entries WHERE order_id = $1', [orderId]);
  await database.pool.query('ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_append_only');
}

describe('the ledger under audit', () => {
  test('is clean whatever was done through the door', async () => {
    await shop.returnedOrder();
    expect((await audit()).broken).toBeUndefined();
  });

  test('counts orders, each once, and not what belongs to them', async () => {
    const { orders: before } = await audit();
    await shop.returnedOrder();
    await shop.refundedOrder();
    await shop.place();
    const { orders } = await audit();
    expect(orders).toBe(before + 3);
    const { rows } = await database.pool.query<{ count: number }>('SELECT count(*)::integer AS count FROM orders');
    expect(rows).toEqual([{ count: orders }]);
  });

  test('is told where it does not say what the state says, and caught up with, once', async () => {
    const { order } = await shop.returnedOrder();
    await forgetLedgerOf(order.id);
    const { broken } = await audit();
    expect(broken?.orderId).toBe(order.id);
    expect(broken?.problem).toContain('the ledger does not say');
    const catchUp = () => withClient((client) => catchUpLedger(client, new IdSupply(), () => new Date()));
    expect([await catchUp(), await catchUp()]).toEqual([1, 0]);
    expect((await audit()).broken).toBeUndefined();
  });

  test('is told of a payment whose amount was changed behind its back', async () => {
    const { id } = await shop.shippedOrder();
    await database.pool.query('UPDATE payments SET amount_minor = amount_minor + 1 WHERE order_id = $1', [id]);
    expect((await audit()).broken?.problem).toContain('cash:elsewhere 1');
  });
});
