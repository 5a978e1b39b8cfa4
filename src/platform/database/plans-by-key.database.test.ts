import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { PLANS_BY_KEY } from './plans-by-key.ts';
import { connectPipelined } from './postgres.ts';

const database = useDatabase();
const LINES_OF = {
  name: 'lines-of',
  text: 'SELECT id FROM order_items WHERE order_id = ANY ($1::bigint[]) ORDER BY order_id, line_number',
};
const MORE_THAN_POSTGRES_TRIES = 8;
let client: Client;
beforeAll(async () => {
  client = await connectPipelined(database.url, 'plans');
});
afterAll(() => client.end());

async function plansMade(): Promise<{ generic: number; custom: number }[]> {
  const { rows } = await client.query<{ generic: number; custom: number }>(
    'SELECT generic_plans AS generic, custom_plans AS custom FROM pg_prepared_statements WHERE name = $1',
    [LINES_OF.name],
  );
  return rows;
}

describe('a transaction with plans by key', () => {
  test('plans a prepared statement once, short as its lists may be', async () => {
    for (let run = 0; run < MORE_THAN_POSTGRES_TRIES; run += 1) {
      await client.query('BEGIN');
      await client.query(PLANS_BY_KEY);
      await client.query({ ...LINES_OF, values: [[run]] });
      await client.query('COMMIT');
    }
    expect(await plansMade()).toEqual([{ generic: MORE_THAN_POSTGRES_TRIES, custom: 0 }]);
  });

  test('looks up by index in a table that is empty, as it must once that has grown', async () => {
    await client.query('BEGIN');
    await client.query(PLANS_BY_KEY);
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE "${LINES_OF.name}" ('{1}')`);
    await client.query('ROLLBACK');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('order_items_order_id_line_number_key');
    expect(plan).not.toContain('Seq Scan');
  });

  test('leaves the session as it was', async () => {
    await client.query('BEGIN');
    await client.query(PLANS_BY_KEY);
    await client.query('COMMIT');
    const { rows } = await client.query(
      "SELECT current_setting('plan_cache_mode') AS plans, current_setting('enable_seqscan') AS whole",
    );
    expect(rows).toEqual([{ plans: 'auto', whole: 'on' }]);
  });
});
