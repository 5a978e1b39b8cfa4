import type { Client } from 'pg';
import { missingEntries } from './audit/audit-ledger.ts';
import type { IdSupply } from './ids/ids.ts';
import { saveLedger } from './save/ledger.ts';
import { writeTo } from './save/write.ts';

const ORDERS_AT_ONCE = 200;

/**
 * Posts what the ledger lacks: of orders from before there was one, and of those that an older version has changed since.
 * Each order is locked while it is read and posted, a page at a time, so it can run beside everything else, and again.
 *
 * @returns how many orders were posted
 */
export async function catchUpLedger(client: Client, ids: IdSupply, now: () => Date): Promise<number> {
  let afterId = 0;
  let posted = 0;
  for (;;) {
    const { rows } = await client.query<{ id: number }>({
      name: 'catch-up-orders',
      text: 'SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2',
      values: [afterId, ORDERS_AT_ONCE],
    });
    const last = rows.at(-1);
    if (!last) return posted;
    posted += await postMissing(
      client,
      rows.map(({ id }) => id),
      ids,
      now,
    );
    afterId = last.id;
  }
}

async function postMissing(
  client: Client,
  orderIds: readonly number[],
  ids: IdSupply,
  now: () => Date,
): Promise<number> {
  const nextId = await ids.reserve(client, orderIds.length);
  await client.query('BEGIN');
  try {
    const missing = await missingEntries(client, orderIds, { locked: true });
    const sent: Promise<unknown>[] = [];
    saveLedger(
      writeTo(client, sent),
      missing.map(({ order, entries }) => ({
        id: nextId(),
        orderId: order.id,
        currency: order.currency,
        cause: 'ledger.catch_up',
        causeId: order.id,
        createdAt: now(),
        entries,
      })),
    );
    await Promise.all(sent);
    await client.query('COMMIT');
    return missing.length;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
