import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { connectWithKeptPlans, renewPlans } from './kept-plans.ts';

const database = useDatabase();
const LINES_OF = {
  name: 'lines-of',
  text: 'SELECT id FROM order_items WHERE order_id = ANY ($1::bigint[]) ORDER BY order_id, line_number',
};
const FROM_NEW = { name: 'from-new', text: 'SELECT id FROM new_table WHERE id = ANY ($1::bigint[])' };
const MORE_THAN_POSTGRES_TRIES = 8;
let client: Client;
let connectedAt = 0;
beforeAll(async () => {
  connectedAt = performance.now();
  client = await connectWithKeptPlans(database.url, 'plans');
});
afterAll(() => client.end());

async function planOf(name: string): Promise<string> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE "${name}" ('{1}')`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('a connection with kept plans', () => {
  test('plans a statement once, however short its lists', async () => {
    for (let run = 0; run < MORE_THAN_POSTGRES_TRIES; run += 1) await client.query({ ...LINES_OF, values: [[run]] });
    const { rows } = await client.query(
      'SELECT generic_plans AS kept, custom_plans AS made_anew FROM pg_prepared_statements WHERE name = $1',
      [LINES_OF.name],
    );
    expect(rows).toEqual([{ kept: MORE_THAN_POSTGRES_TRIES, made_anew: 0 }]);
  });

  test('does not go on for long reading a table whole that was empty when it was planned for', async () => {
    await database.pool.query('CREATE TABLE new_table (id bigint PRIMARY KEY) WITH (autovacuum_enabled = off)');
    await database.pool.query('VACUUM ANALYZE new_table');
    await client.query({ ...FROM_NEW, values: [[1]] });
    await database.pool.query('INSERT INTO new_table SELECT generate_series(1, 20000)');

    await renewPlans(client, connectedAt + 4_000);
    expect(await planOf(FROM_NEW.name)).toContain('Seq Scan');
    await renewPlans(client, connectedAt + 60_000);
    expect(await planOf(FROM_NEW.name)).toContain('new_table_pkey');
  });
});
