import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

/** `orders`, what refers to it, what refers to that, and whatever else always names an order. */
const TABLES_OF_ORDERS = `
  WITH RECURSIVE of_order AS (
    (SELECT 'orders'::regclass::oid AS id
     UNION
     SELECT attrelid FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'p')
     WHERE attname = 'order_id' AND attnotnull AND relnamespace = 'public'::regnamespace)
    UNION
    SELECT conrelid FROM pg_constraint JOIN of_order ON confrelid = of_order.id WHERE contype = 'f'
  )`;

test('every table of an order carries order_id, so that an order stays on one node', async () => {
  const { rows } = await database.pool.query<{ table: string; carries: boolean }>(
    `${TABLES_OF_ORDERS}
     SELECT id::regclass::text AS table,
            EXISTS (SELECT FROM pg_attribute WHERE attrelid = id AND attname = 'order_id') AS carries
     FROM of_order WHERE id <> 'orders'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(7);
  expect(rows.filter(({ carries }) => !carries)).toEqual([]);
});

/** Columns that name an order, or something that belongs to one order for ever. */
const OF_ONE_ORDER = new Set(['order_id', 'order_item_id', 'payment_id', 'return_id', 'refund_id', 'transition_id']);

/**
 * Citus asks of every unique key of a distributed table that the order is part of it. Adding it to a key that names an
 * order, or a part of one, changes nothing of what the key refuses; and ids come from one sequence, whoever checks them.
 */
test('a unique key of an order can have the order in it; docs/scaling.md reasons about each of the others', async () => {
  const { rows } = await database.pool.query<{ columns: string[] }>(
    `${TABLES_OF_ORDERS}
     SELECT array_agg(attname::text ORDER BY attname) AS columns
     FROM of_order
     JOIN pg_index ON indrelid = of_order.id AND indisunique
     JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
     GROUP BY indexrelid`,
  );
  const page = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  const reasoned = Array.from(page.matchAll(/^\| unique \(([\w, ]+)\) /gm), ([, columns]) => columns);
  const others = rows
    .map(({ columns }) => columns)
    .filter((columns) => columns.join() !== 'id' && !columns.some((column) => OF_ONE_ORDER.has(column)));
  expect(rows.length).toBeGreaterThan(12);
  expect(new Set(others.map((columns) => columns.join(', ')))).toEqual(new Set(reasoned));
});
