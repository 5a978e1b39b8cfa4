import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createBackend } from '../../../src/cli/backend.ts';
import { startGateway } from '../../../src/cli/roles/gateway.ts';
import { startWorker } from '../../../src/cli/roles/worker.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import preparePostgres from '../../support/servers/postgres-setup.ts';
import { administer, dropDatabase, urlOfDatabase } from '../../support/servers/test-server.ts';
import { CHROMIUM } from './chromium.ts';
import { seedShop } from './seed.ts';
import { configOfShop } from './shop-config.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A shop of 10,000 orders at rest, to be copied: its database and its folder. Undefined: there is no Chromium here. */
    filledShop: { readonly database: string; readonly folder: string } | undefined;
  }
}

const REST_PATIENCE_MS = 120_000;
const ASK_INTERVAL_MS = 50;

/** Fills a shop once, for each file to have a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(CHROMIUM)) {
    if (process.env['CI'] !== undefined) throw new Error(`the console's tests need ${CHROMIUM}`);
    process.stderr.write(
      `The console's tests are left out: there is no ${CHROMIUM} (apt-get install chromium-headless-shell).\n`,
    );
    project.provide('filledShop', undefined);
    return () => Promise.resolve();
  }
  const { status } = spawnSync(process.execPath, ['console/build/build-if-stale.ts'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the console cannot be built');

  const undos: (() => Promise<unknown>)[] = [];
  const teardown = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  try {
    undos.push(await preparePostgres(project));
    const { serverUrl, templateDatabase } = project.getProvidedContext();
    const database = `roundtrip_console_${process.pid}`;
    await administer(serverUrl, `CREATE DATABASE ${database} TEMPLATE ${templateDatabase}`);
    undos.push(() => dropDatabase(serverUrl, database));
    const folder = await mkdtemp(join(tmpdir(), 'roundtrip filled '));
    undos.push(() => rm(folder, { recursive: true, force: true }));
    await fillShop(urlOfDatabase(serverUrl, database), folder);
    // A database that nobody can connect to can be copied at any moment; autovacuum stays away as well.
    await administer(serverUrl, `ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS false`);
    project.provide('filledShop', { database, folder });
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

/** Leaves it at rest, so that no copy has to do what is the same in each of them, such as drawing the invoices. */
async function fillShop(databaseUrl: string, folder: string): Promise<void> {
  const config = configOfShop(folder);
  const backend = createBackend(config, databaseUrl, silentLogger);
  try {
    const gateway = await startGateway(config, databaseUrl, silentLogger);
    try {
      const worker = await startWorker(backend, gateway.url);
      try {
        await seedShop(backend);
        await untilAtRest(backend.pool);
      } finally {
        await worker.stop();
      }
    } finally {
      await gateway.stop();
    }
  } finally {
    await backend.close();
  }
}

async function untilAtRest(pool: pg.Pool): Promise<void> {
  const deadline = performance.now() + REST_PATIENCE_MS;
  while (performance.now() < deadline) {
    const { rows } = await pool.query<{ restless: boolean }>(
      `SELECT EXISTS (SELECT FROM jobs WHERE state NOT IN ('DONE', 'DEAD', 'DISMISSED'))
           OR (SELECT count(*) FROM state_transitions) > (SELECT count(*) FROM event_feed) AS restless`,
    );
    if (rows[0]?.restless === false) return;
    await delay(ASK_INTERVAL_MS);
  }
  throw new Error(`the filled shop has not come to rest in ${REST_PATIENCE_MS / 1_000} s`);
}
