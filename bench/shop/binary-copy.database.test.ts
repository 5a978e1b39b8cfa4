import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import type { Value } from '../../src/engine/save/write.ts';
import { useDatabase } from '../../test/support/database.ts';
import { BinaryCopy, readColumnTypes } from './binary-copy.ts';

const COLUMNS = ['number', 'whole', 'small', 'yes', 'words', 'facts', 'bytes', 'at'];

const database = useDatabase();
let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    'CREATE TABLE copied (number bigint, whole integer, small smallint, yes boolean, words text, facts jsonb, bytes bytea, at timestamptz, odd point)',
  );
});
afterAll(() => client.end());

test('rows of every type that is loaded are in the table as they were given', async () => {
  const rows: Value[][] = [
    [1, 2, 3, true, 'plain', '{"a":[1,null]}', Buffer.from([0, 255]), new Date('2026-11-27T10:00:00.123Z')],
    [-1, -2, -3, false, '', '[]', Buffer.alloc(0), new Date('1999-12-31T23:59:59.999Z')],
    [2 ** 53 - 1, 2 ** 31 - 1, 2 ** 15 - 1, true, 'a\tb\n\\ " € 😀', '"€"', Buffer.from('x'), new Date(0)],
    [-(2 ** 32), -(2 ** 31), -(2 ** 15), true, 'z'.repeat(2_000_000), 'null', Buffer.from('x'), new Date(1)],
    COLUMNS.map(() => null),
  ];
  const copy = new BinaryCopy('copied', COLUMNS, await readColumnTypes(client));
  // Twice: the second has nothing of the first.
  for (const part of [rows.slice(0, 2), rows.slice(2)]) {
    copy.begin();
    for (const row of part) copy.add(row);
    await copy.send(client);
  }
  const found = await client.query<Value[]>({
    rowMode: 'array',
    text: 'SELECT number::float8, whole, small, yes, words, facts::text, bytes, at FROM copied ORDER BY ctid',
  });
  const spaced = rows.map((row) => row.map((value) => (value === '{"a":[1,null]}' ? '{"a": [1, null]}' : value)));
  expect(found.rows).toEqual(spaced);
});

test('a column of a type that it does not know is refused before anything is sent', async () => {
  const types = await readColumnTypes(client);
  expect(() => new BinaryCopy('copied', ['odd'], types)).toThrow('copied.odd, of type point');
  expect(() => new BinaryCopy('copied', ['none'], types)).toThrow('copied.none');
});
