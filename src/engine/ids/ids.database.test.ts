import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { doneOrder, place } from '../../../test/support/http/requests.ts';
import { exampleInvoicePolicy } from '../../domain/example-orders.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { silentLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { Engine } from '../engine.ts';

/** The log is written out by commits alone, so that a crash takes along all that no commit has covered. */
const ONLY_COMMITS_FLUSH = { fsync: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '0', autovacuum: 'off' };

const dataDir = await mkdtemp(join(tmpdir(), 'roundtrip-ids-'));
let server: EmbeddedPostgres | undefined;

afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('ids that a process holds are given to no other by a server that crashed while it was taking them', async () => {
  await start();
  await migrate(databaseUrl());
  const survivor = openEngine();
  await withClient(async (client) => {
    // The survivor has its ids and waits for the number; then all is lost that nobody has committed.
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO orders (id, order_number, customer_id, currency, state, total_minor, placed_at)
       VALUES (-1, 'HELD', 'customer', 'INR', 'PAID', 0, now())`,
    );
    const waiting = survivor.execute(place({ orderNumber: 'HELD' })).catch((error: unknown) => error);
    await eventually('it waits for the number', async () => {
      const { rowCount } = await client.query(`SELECT FROM pg_locks WHERE NOT granted`);
      return rowCount === 1;
    });
    process.kill(Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')), 'SIGQUIT');
    await waiting;
  });
  await server?.stop();

  await start();
  const other = openEngine();
  try {
    const orders = [];
    for (let turn = 0; turn < 3; turn += 1) {
      orders.push(doneOrder(await survivor.execute(place())), doneOrder(await other.execute(place())));
    }
    expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length);
  } finally {
    await Promise.all([survivor.close(), other.close()]);
  }
});

async function start(): Promise<void> {
  server = await startEmbeddedPostgres({ dataDir, settings: ONLY_COMMITS_FLUSH });
}

function databaseUrl(): string {
  if (!server) throw new Error('the server is not started');
  return server.databaseUrl;
}

/** It finds the server where it is, which is on another port after each start. */
function openEngine(): Engine {
  return new Engine({
    get databaseUrl() {
      return databaseUrl();
    },
    invoicePolicy: exampleInvoicePolicy,
    logger: silentLogger,
  });
}

async function withClient(use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(databaseUrl());
  client.on('error', () => undefined);
  await client.connect();
  await use(client);
  await client.end().catch(() => undefined);
}
