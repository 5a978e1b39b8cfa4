import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { makePlace, runCommand, type Ended, type Place } from '../../../test/support/running-roundtrip.ts';

const database = useDatabase();
const shop = useEngine(database);
let place: Place;
beforeEach(async () => {
  place = await makePlace({ DATABASE_URL: database.url });
});
afterEach(() => place.remove());

const reset = (settings: Record<string, string>, ...flags: string[]): Promise<Ended> =>
  runCommand({ ...place, environment: { ...place.environment, ...settings } }, 'reset', ...flags);

async function countOf(table: 'orders' | 'state_transitions' | 'gateway.refunds'): Promise<number | undefined> {
  const { rows } = await database.pool.query<{ count: number }>(`SELECT count(*) FROM ${table}`);
  return rows[0]?.count;
}

test('without --yes it says what it would do, and does nothing', async () => {
  await shop.place();
  const { code, stderr } = await reset({});
  expect(code).toBe(1);
  expect(stderr).toMatch(/^roundtrip: reset deletes every order, .* --yes .*\n$/);
  expect(await countOf('orders')).toBe(1);
});

test.each([
  ['by its name', 'postgresql://roundtrip:secret@db.example/shop', {}],
  // The driver goes by these, whatever the address says in the place where one looks for the machine.
  ['by ?host=', 'postgresql://roundtrip:secret@localhost/shop?host=db.example', {}],
  ['by PGHOST', 'postgresql:///shop', { PGHOST: 'db.example' }],
])('a database that is elsewhere %s is refused until told twice', async (_by, url, settings) => {
  const { code, stderr } = await reset({ DATABASE_URL: url, ...settings }, '--yes');
  expect(code).toBe(1);
  expect(stderr).toBe('roundtrip: the database is on db.example, not on this machine: say --even-remote as well\n');
});

test('told twice, it goes to a database elsewhere', async () => {
  const unreachable = 'postgresql://roundtrip@nowhere.invalid/shop';
  const { code, stderr } = await reset({ DATABASE_URL: unreachable }, '--yes', '--even-remote');
  expect(code).toBe(1);
  expect(stderr).toContain('nowhere.invalid');
  expect(stderr).not.toContain('say --even-remote');
});

test('with --yes it deletes everything, the append-only record too, and leaves a database of this version', async () => {
  await shop.shippedOrder();
  await database.pool.query(
    `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status)
     VALUES ('rf_1', 'key', 'refund-1', 1, 'INR', 'succeeded')`,
  );
  const ended = await reset({}, '--yes');
  expect(ended).toMatchObject({ code: 0, stdout: 'the database is empty\n', stderr: '' });
  expect(await countOf('orders')).toBe(0);
  expect(await countOf('state_transitions')).toBe(0);
  expect(await countOf('gateway.refunds')).toBe(0);
  const { invoice } = await shop.shippedOrder();
  expect(invoice?.sequenceNumber).toBe(1);
});
