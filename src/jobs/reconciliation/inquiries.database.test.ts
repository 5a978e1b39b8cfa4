import { expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { inquireAboutRefunds } from './inquiries.ts';

const database = useDatabase();
const shop = useEngine(database);

/** Of one order, so many refunds of one minor unit each that are under way. */
async function underWay(count: number): Promise<number[]> {
  const { id } = await shop.place();
  await shop.move(id, 'pay');
  const { rows } = await database.pool.query<{ id: number }>(
    `INSERT INTO refunds (order_id, payment_id, amount_minor, currency, state, cause)
     SELECT $1, payments.id, 1, payments.currency, 'SUBMITTED', 'goodwill'
     FROM payments, generate_series(1, $2) WHERE payments.order_id = $1 RETURNING refunds.id`,
    [id, count],
  );
  return rows.map(({ id }) => id);
}

/** What was asked about, in the order in which it was. */
async function askedAbout(refundIds: readonly number[]): Promise<number[]> {
  const { rows } = await database.pool.query<{ subject_id: number }>(
    `SELECT subject_id FROM jobs WHERE kind = 'refund.inquire' AND subject_id = ANY ($1::bigint[]) ORDER BY id`,
    [refundIds],
  );
  return rows.map((row) => row.subject_id);
}

test('more than a thousand refunds that are under way are asked about at once, each once', async () => {
  const refundIds = await underWay(1_001);
  for (let times = 1; times <= 2; times += 1) await inquireAboutRefunds(database.pool, refundIds);
  expect(await askedAbout(refundIds)).toEqual(refundIds);
});

test('those come first that were never asked about, or longest ago', async () => {
  const refundIds = await underWay(3);
  const [first = 0, second = 0, third = 0] = refundIds;
  const end = () => database.pool.query(`UPDATE jobs SET state = 'DONE' WHERE kind = 'refund.inquire'`);
  for (const asked of [[third], [first]]) {
    await inquireAboutRefunds(database.pool, asked);
    await end();
  }
  await inquireAboutRefunds(database.pool, refundIds);
  expect(await askedAbout(refundIds)).toEqual([third, first, second, third, first]);
});
