import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { exampleInvoicePolicy, onlyOne } from '../src/domain/example-orders.ts';
import type { Refund } from '../src/domain/orders/order.ts';
import { Engine } from '../src/engine/engine.ts';
import { reconcileRefunds } from '../src/jobs/reconciliation/reconcile-refunds.ts';
import { createHttpGateway } from '../src/payments/http-gateway.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { createPool } from '../src/platform/database/postgres.ts';
import { auditOf } from './support/audit.ts';
import { useDatabase } from './support/database.ts';
import { shopOn, useEngine } from './support/engine.ts';
import { referenceOf } from './support/shop/reference.ts';
import { useGateway } from './support/servers/gateway.ts';
import { administer, dropDatabase, urlOfDatabase } from './support/servers/test-server.ts';

const live = useDatabase();
const shop = useEngine(live);
/** Another process, which takes its ids from the sequence after the backup. */
const shopSince = useEngine(live);
// The provider's books are in a database of their own: they are not restored with ours.
const gateway = useGateway(useDatabase());

const run = promisify(execFile);
const statements = await documentedStatements();
const folder = await mkdtemp(join(tmpdir(), 'roundtrip dump '));
const problem = await pgDumpProblem();
const copies: string[] = [];
afterAll(async () => {
  for (const copy of copies) await dropDatabase(inject('serverUrl'), copy);
  await rm(folder, { recursive: true, force: true });
});

/** The SQL of docs/recovery.md, in its order. */
async function documentedStatements(): Promise<string[]> {
  const page = await readFile(new URL('../docs/recovery.md', import.meta.url), 'utf8');
  return [...page.matchAll(/^ *```sql\n([^`]+)```$/gm)].map(([, sql]) => sql ?? '');
}

/** Why pg_dump cannot be tried on this server; undefined: it can. It refuses a server that is newer than itself. */
async function pgDumpProblem(): Promise<string | undefined> {
  const { stdout, error } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' });
  if (error) return 'there is no pg_dump here';
  const client = new pg.Client(inject('serverUrl'));
  await client.connect();
  const { rows } = await client.query<{ major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  await client.end();
  const dumpMajor = Number(/(\d+)(\.\d+)?/.exec(stdout)?.[1]);
  const serverMajor = rows[0]?.major ?? 0;
  return dumpMajor >= serverMajor ? undefined : `pg_dump ${dumpMajor} is older than the server (${serverMajor})`;
}

const newName = (): string => `roundtrip_test_${randomBytes(6).toString('hex')}`;
const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** The files of the database as they are at this moment, which is what a point-in-time recovery brings back. */
async function copyOfNow(name: string): Promise<string> {
  copies.push(name);
  const database = nameOf(live.url);
  await administer(
    inject('serverUrl'),
    // A database in use cannot be copied; whoever lost a connection makes another.
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
    `CREATE DATABASE ${name} TEMPLATE ${database}`,
  );
  return urlOfDatabase(inject('serverUrl'), name);
}

async function pays({ id, amountMinor, currency }: Refund): Promise<void> {
  const reference = await referenceOf(live.pool, 'refund', id);
  const answer = await gateway.refund({ reference, amount_minor: amountMinor, currency }, `${reference}-1`);
  expect(answer.statusCode).toBe(201);
}

describe('going back to an earlier time', () => {
  test('by the statements of docs/recovery.md: refunds agree again, no id, invoice number or credit note number is issued twice', async () => {
    const { refund: paidSince } = await shop.refundedOrder();
    const { refund: untouched } = await shop.refundedOrder();
    await shop.shippedOrder();
    const restoredUrl = await copyOfNow(newName());

    // What happens after the backup, and is lost: a payment, an invoice, credit notes, and an order with its refund.
    await pays(paidSince);
    await shopSince.returnedOrder();
    const { order: returnedSince } = await shopSince.returnedOrder();
    const lostCreditNote = onlyOne(returnedSince.creditNotes);
    const { invoice: lostInvoice } = await shopSince.shippedOrder();
    const { refund: lostRefund } = await shopSince.refundedOrder();
    await pays(lostRefund);

    const pool = createPool({ databaseUrl: restoredUrl, applicationName: 'test', size: 2, logger: silentLogger });
    const [leaveOutIds, leaveOutNumbers, leaveOutCreditNotes] = statements;
    await pool.query(leaveOutIds ?? '');
    await pool.query(
      (leaveOutNumbers ?? '').replace("'2627', 57", `'${lostInvoice?.financialYear}', ${lostInvoice?.sequenceNumber}`),
    );
    await pool.query(
      (leaveOutCreditNotes ?? '').replace(
        "'2627', 12",
        `'${lostCreditNote.financialYear}', ${lostCreditNote.sequenceNumber}`,
      ),
    );
    const engine = new Engine({
      databaseUrl: restoredUrl,
      invoicePolicy: exampleInvoicePolicy,
      logger: silentLogger,
    });
    try {
      const adapter = createHttpGateway({ baseUrl: gateway.url });
      const { repaired, open } = await reconcileRefunds({ pool, gateway: adapter, engine, logger: silentLogger });
      expect(repaired).toMatchObject([{ kind: 'paid_but_open_here', refund: { id: paidSince.id } }]);
      expect(open).toMatchObject([
        { kind: 'unknown_here', theirs: { reference: await referenceOf(live.pool, 'refund', lostRefund.id) } },
      ]);
      const { rows } = await pool.query<{ id: number; state: string }>('SELECT id, state FROM refunds ORDER BY id');
      expect(rows).toEqual([
        { id: paidSince.id, state: 'SUCCEEDED' },
        { id: untouched.id, state: 'PENDING' },
      ]);

      const { order } = await shopOn(() => engine).returnedOrder();
      expect(order.id).toBeGreaterThan(lostRefund.id);
      expect(order.invoice?.sequenceNumber).toBe((lostInvoice?.sequenceNumber ?? 0) + 1);
      expect(lostCreditNote.sequenceNumber).toBe(2);
      expect(onlyOne(order.creditNotes).sequenceNumber).toBe(lostCreditNote.sequenceNumber + 1);
      expect(await auditOf(restoredUrl)).toMatchObject({ broken: undefined });
    } finally {
      await engine.close();
      await pool.end();
    }
  });
});

describe(`pg_dump and pg_restore${problem === undefined ? '' : `, not tried: ${problem}`}`, () => {
  test.skipIf(problem !== undefined)('bring back a live shop whole: rows, record, rules and sequences', async () => {
    const { order } = await shop.returnedOrder();
    const file = join(folder, 'roundtrip.dump');
    await run('pg_dump', ['--format=custom', `--file=${file}`, live.url]);
    const name = newName();
    copies.push(name);
    await administer(inject('serverUrl'), `CREATE DATABASE ${name}`);
    const url = urlOfDatabase(inject('serverUrl'), name);
    await run('pg_restore', [`--dbname=${url}`, '--no-owner', '--exit-on-error', file]);

    expect(await auditOf(url)).toMatchObject({ broken: undefined });
    const pool = createPool({ databaseUrl: url, applicationName: 'test', size: 2, logger: silentLogger });
    try {
      const tables = ['orders', 'order_items', 'refunds', 'state_transitions', 'invoices', 'jobs'];
      const reads = [...tables.map((table) => `${table} ORDER BY 1`), '(SELECT last_value FROM entity_ids) AS ids'];
      for (const read of reads) {
        const rowsOf = async (from: pg.Pool) => (await from.query(`SELECT * FROM ${read}`)).rows as unknown[];
        expect(await rowsOf(pool), read).toEqual(await rowsOf(live.pool));
      }
      await expect(pool.query('DELETE FROM state_transitions WHERE order_id = $1', [order.id])).rejects.toThrow(
        /append-only/,
      );
    } finally {
      await pool.end();
    }
  });
});
