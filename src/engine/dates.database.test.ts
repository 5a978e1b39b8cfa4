import { expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { doneOrder, move } from '../../test/support/http/requests.ts';
import { useSessions } from '../../test/support/sessions.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);
const sessions = useSessions(database);

test.each([
  ['its order', 'SELECT FROM orders WHERE id = $1 FOR UPDATE'],
  ["the invoices' series", 'SELECT FROM invoice_series WHERE $1::bigint IS NOT NULL FOR UPDATE'],
])('what waits for %s is dated by when it had it, not by when it began to wait', async (_, locking) => {
  await shop.shippedOrder();
  const { id } = await shop.place();
  await shop.move(id, 'pay', 'process');
  const other = await sessions.open();
  await other.query('BEGIN');
  await other.query(locking, [id]);
  const shipping = shop.move(id, 'ship');
  await sessions.waitingForLock('roundtrip engine');
  const { rows: moments } = await database.pool.query<{ at: Date }>('SELECT now()::timestamptz(3) AS at');
  await other.query('COMMIT');
  await shipping;

  const { rows } = await database.pool.query<{ written: Date }>(
    `SELECT issued_at AS written FROM invoices WHERE order_id = $1
     UNION ALL SELECT max(created_at) FROM ledger_entries WHERE order_id = $1
     UNION ALL SELECT max(created_at) FROM state_transitions WHERE order_id = $1`,
    [id],
  );
  const releasedAt = moments[0]?.at.getTime();
  for (const { written } of rows) expect(written.getTime()).toBeGreaterThanOrEqual(releasedAt ?? Number.NaN);
});

test('an invoice that the end of the financial year overtakes has number and date of that year', async () => {
  const { id } = await shop.place();
  await shop.move(id, 'pay', 'process');
  const lastOfTheYear = new Date('2027-03-31T23:59:59.999+05:30');
  const clock = [lastOfTheYear];
  const engine = engines.open({ now: () => clock.shift() ?? new Date('2027-04-01T00:00:00.000+05:30') });
  const { invoice } = doneOrder(await engine.execute(move(id, 'ship')));
  expect(invoice).toMatchObject({ financialYear: '2627', issuedAt: lastOfTheYear });
});
