import { beforeEach, describe, expect, test } from 'vitest';
import { useRefunding } from '../../../test/support/shop/refunding.ts';
import type { Refund } from '../../domain/orders/order.ts';
import { registryOf } from '../../payments/registry.ts';
import { silentLogger } from '../../platform/logger.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { listDifferences, resolveDifference } from '../../queries/money/reconciliation.ts';
import { startDailyReconciliation } from './daily.ts';
import { recordFinding } from './differences.ts';
import { reconcile } from './reconcile.ts';
import { finishTurn, takeTurn } from './turns.ts';

const refunding = useRefunding();
const { shop, gateway, database, jobs } = refunding;
/** Of this file's database, which is there once the tests run. */
const pool = () => database.pool;

beforeEach(async () => {
  await pool().query('TRUNCATE reconciliation_differences, reconciliation_turns, gateway.refunds');
});

interface CompareOptions {
  readonly repairs?: boolean;
  readonly since?: Date | null;
}

async function compare({ repairs = false, since = null }: CompareOptions = {}): Promise<number> {
  const adapter = refunding.adapter();
  const engine = repairs ? shop.engine : undefined;
  const found = await reconcile({ pool: pool(), gateway: adapter, engine, logger: silentLogger, since });
  return recordFinding(pool(), { gateway: 'local', ...found, since });
}

/** Those about one refund, newest first. */
const differencesOf = async (refundId: number) => {
  const { rows } = await listDifferences(pool(), {}, { limit: 200, after: undefined });
  return rows
    .filter((row) => row.refundId === refundId)
    .map(({ kind, state, resolvedBy, resolution }) => ({ kind, state, resolvedBy, resolution }));
};
const idOf = async (refundId: number): Promise<number> => {
  const { rows } = await listDifferences(pool(), {}, { limit: 200, after: undefined });
  return rows.find((row) => row.refundId === refundId)?.id ?? 0;
};

async function paidAtTheGateway({ id, amountMinor, currency }: Refund): Promise<void> {
  const reference = await refunding.referenceOf(id);
  await gateway.refund({ reference, amount_minor: amountMinor, currency }, `${reference}-1`);
}

/** Settled here, and unknown at the gateway. */
async function missingThere(): Promise<Refund> {
  const { order, refund } = await shop.refundedOrder();
  const settle = { type: 'settle_refund', refundId: refund.id, gatewayReference: 'rf_of_nobody' } as const;
  await shop.change(order.id, { type: 'submit_refund', refundId: refund.id }, settle);
  return refund;
}

const OPEN = { state: 'OPEN', resolvedBy: null, resolution: null };

describe('differences on record', () => {
  test('found again and again are one row, until the books agree', async () => {
    const refund = await missingThere();
    for (let times = 1; times <= 3; times += 1) await compare();
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'not_at_the_gateway', ...OPEN }]);

    await paidAtTheGateway(refund);
    await compare();
    const agreed = { state: 'RESOLVED', resolvedBy: 'reconcile', resolution: 'The books agree again.' };
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'not_at_the_gateway', ...agreed }]);

    await pool().query('TRUNCATE gateway.refunds');
    await compare();
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'not_at_the_gateway', ...OPEN }]);
  });

  test('settled by itself, one is resolved by a comparison of the time that it is from, and left by one that knows less', async () => {
    const recent = await missingThere();
    const old = await missingThere();
    await compare();
    await pool().query(`UPDATE refunds SET created_at = now() - interval '30 days' WHERE id = $1`, [old.id]);
    for (const refund of [recent, old]) await paidAtTheGateway(refund);
    const agreed = { state: 'RESOLVED', resolvedBy: 'reconcile', resolution: 'The books agree again.' };
    const kind = 'not_at_the_gateway';

    await compare({ since: new Date(Date.now() - 35 * 86_400_000) });
    expect(await differencesOf(recent.id)).toEqual([{ kind, ...agreed }]);
    expect(await differencesOf(old.id)).toEqual([{ kind, ...OPEN }]);
    await compare();
    expect(await differencesOf(old.id)).toEqual([{ kind, ...agreed }]);
  });

  test('one that a person has resolved stays so when it is found again', async () => {
    const refund = await missingThere();
    await compare();
    const id = await idOf(refund.id);
    const resolve = () => inTransaction(pool(), (client) => resolveDifference(client, id, 'asha', 'Paid by hand.'));
    expect([await resolve(), await resolve()]).toEqual([true, false]);
    await compare();
    expect(await differencesOf(refund.id)).toEqual([
      { kind: 'not_at_the_gateway', state: 'RESOLVED', resolvedBy: 'asha', resolution: 'Paid by hand.' },
    ]);
  });

  test('one that a person has resolved is open again when more of it is found, with what it comes to now', async () => {
    const { order, refund } = await shop.refundedOrder();
    await shop.change(order.id, { type: 'submit_refund', refundId: refund.id });
    const reference = await refunding.referenceOf(refund.id);
    const paidAgain = (times: number) =>
      pool().query(
        `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status)
         VALUES ('rf_' || $2::int, 'again-' || $2::int, $1, 3050, 'INR', 'succeeded')`,
        [reference, times],
      );
    const others = await compare();
    for (const times of [1, 2]) await paidAgain(times);
    expect(await compare()).toBe(others + 1);
    const id = await idOf(refund.id);
    await inTransaction(pool(), (client) => resolveDifference(client, id, 'asha', 'One of them was given back.'));
    expect(await compare()).toBe(others);

    await paidAgain(3);
    expect(await compare()).toBe(others + 1);
    const { rows } = await listDifferences(
      pool(),
      { state: 'OPEN', kind: 'paid_twice' },
      { limit: 2, after: undefined },
    );
    expect(rows).toMatchObject([
      { id, theirAmountMinor: 9_150, resolvedBy: null, resolution: 'One of them was given back.' },
    ]);
  });

  test('however much the gateway says that it has paid, what differs can be read', async () => {
    const { refund } = await shop.refundedOrder();
    await pool().query(
      `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status)
       SELECT 'rf_most_' || n, 'most-' || n, $1, $2, 'INR', 'succeeded' FROM generate_series(1, 2) AS n`,
      [await refunding.referenceOf(refund.id), Number.MAX_SAFE_INTEGER],
    );
    await compare();
    const { rows } = await listDifferences(pool(), { kind: 'paid_twice' }, { limit: 2, after: undefined });
    expect(rows).toMatchObject([{ refundId: refund.id, theirAmountMinor: Number.MAX_SAFE_INTEGER }]);
  });

  test('what the gateway paid without our knowing is settled, and on record as such', async () => {
    const { refund } = await shop.refundedOrder();
    await paidAtTheGateway(refund);
    await compare();
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'paid_but_open_here', ...OPEN }]);
    await compare({ repairs: true });
    await refunding.expectPaidOnce(refund.id);
    const settled = { state: 'RESOLVED', resolvedBy: 'reconcile', resolution: 'Settled here.' };
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'paid_but_open_here', ...settled }]);
  });
});

describe('a refund that is under way for over an hour', () => {
  async function overdue(): Promise<{ orderId: number; refund: Refund }> {
    const { order, refund } = await shop.refundedOrder();
    await shop.change(order.id, { type: 'submit_refund', refundId: refund.id });
    await pool().query(`UPDATE refunds SET updated_at = now() - interval '61 minutes' WHERE id = $1`, [refund.id]);
    // Past its ladder: nobody tries any more.
    await pool().query(`UPDATE jobs SET state = 'DEAD' WHERE order_id = $1`, [order.id]);
    return { orderId: order.id, refund };
  }

  test('and unknown there goes to a person, and is neither failed nor sent', async () => {
    const { refund } = await overdue();
    await compare({ repairs: true });
    await jobs.start({ 'refund.inquire': refunding.inquirer() });
    await jobs.allEnded();
    expect(await differencesOf(refund.id)).toEqual([{ kind: 'outcome_unknown', ...OPEN }]);
    expect((await refunding.read(refund.id)).state).toBe('SUBMITTED');
    expect(await refunding.booksOf(refund.id)).toEqual([]);
  });

  test('and declined there is asked about once, and FAILED', async () => {
    const { orderId, refund } = await overdue();
    await gateway.switchOn({ mode: 'decline', times: 1 });
    await paidAtTheGateway(refund);
    for (let times = 1; times <= 2; times += 1) await compare({ repairs: true });
    expect(await jobs.of(orderId, 'refund.inquire')).toHaveLength(1);
    await jobs.start({ 'refund.inquire': refunding.inquirer() });
    await jobs.allEnded();
    expect(await refunding.read(refund.id)).toMatchObject({ state: 'FAILED', failureCode: 'do_not_honour' });
    await compare();
    expect(await differencesOf(refund.id)).toMatchObject([{ state: 'RESOLVED', resolvedBy: 'reconcile' }]);
  });
});

describe('the daily comparison', () => {
  test('is the turn of one of ten workers, once a day, and of another when that one was lost', async () => {
    const all = () => Promise.all(Array.from({ length: 10 }, () => takeTurn(pool(), 'local')));
    expect((await all()).filter(Boolean)).toHaveLength(1);
    expect(await takeTurn(pool(), 'stripe')).toBe(true);
    await pool().query(`UPDATE reconciliation_turns SET begun_at = now() - interval '3 hours'`);
    expect((await all()).filter(Boolean)).toHaveLength(1);
    await finishTurn(pool(), 'local', { repaired: 0, differ: 0 });
    await pool().query(`UPDATE reconciliation_turns SET begun_at = now() - interval '23 hours'`);
    expect(await takeTurn(pool(), 'local')).toBe(false);
    await pool().query(`UPDATE reconciliation_turns SET begun_at = now() - interval '25 hours'`);
    expect(await takeTurn(pool(), 'local')).toBe(true);
  });

  test('asks about a refund and takes up a payment of long ago that are under way now', async () => {
    const { order, refund } = await shop.refundedOrder();
    await shop.change(order.id, { type: 'submit_refund', refundId: refund.id });
    const waiting = await shop.place();
    await shop.change(waiting.id, {
      type: 'initiate_payment',
      amountMinor: 3_050,
      currency: null,
      method: 'card',
      gateway: 'local',
      token: 'token',
      captures: false,
    });
    await pool().query(`UPDATE jobs SET state = 'DEAD' WHERE order_id IN ($1, $2)`, [order.id, waiting.id]);
    for (const [table, orderId] of [
      ['refunds', order.id],
      ['payments', waiting.id],
    ] as const) {
      const old = `created_at = now() - interval '40 days', updated_at = now() - interval '2 hours'`;
      await pool().query(`UPDATE ${table} SET ${old} WHERE order_id = $1`, [orderId]);
    }
    const since = new Date(Date.now() - 35 * 86_400_000);
    const options = { pool: pool(), gateway: refunding.adapter(), engine: shop.engine, logger: silentLogger, since };
    await reconcile(options);
    expect(await jobs.of(order.id, 'refund.inquire')).toHaveLength(1);
    expect(await jobs.of(waiting.id, 'payment.authorise')).toMatchObject([{ state: 'DEAD' }, { state: 'READY' }]);
  });

  test('reads the payments since a moment by an index, and nothing of the time before', async () => {
    const client = await pool().connect();
    try {
      await client.query('BEGIN; SET LOCAL enable_seqscan = off');
      const { rows } = await client.query<Record<'QUERY PLAN', string>>(
        `EXPLAIN SELECT * FROM payments WHERE gateway = 'local' AND (created_at, id) > (now(), 0)
         ORDER BY created_at, id LIMIT 1000`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using payments_by_gateway_and_age/);
      expect(plan).toMatch(/Index Cond: .*created_at/);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('settles what was paid, writes down what was not, and is finished', async () => {
    const { refund: paid } = await shop.refundedOrder();
    await paidAtTheGateway(paid);
    const missing = await missingThere();
    const daily = startDailyReconciliation({
      pool: pool(),
      engine: shop.engine,
      gateways: registryOf([refunding.adapter()]),
      logger: silentLogger,
    });
    await daily.stop();
    await refunding.expectPaidOnce(paid.id);
    expect(await differencesOf(missing.id)).toEqual([{ kind: 'not_at_the_gateway', ...OPEN }]);
    const { rows } = await pool().query('SELECT gateway FROM reconciliation_turns WHERE finished_at IS NOT NULL');
    expect(rows).toEqual([{ gateway: 'local' }]);
  });
});
