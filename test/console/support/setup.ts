import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createBackend } from '../../../src/cli/backend.ts';
import { startGateway } from '../../../src/cli/roles/gateway.ts';
import { startWeb } from '../../../src/cli/roles/web.ts';
import { startWorker } from '../../../src/cli/roles/worker.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import preparePostgres from '../../support/servers/postgres-setup.ts';
import { administer, dropDatabase, urlOfDatabase } from '../../support/servers/test-server.ts';
import { CHROMIUM } from './chromium.ts';
import { seedShop } from './seed.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Undefined: there is no Chromium on this machine. */
    consoleUrl: string | undefined;
    consoleGatewayUrl: string;
    consoleDatabaseUrl: string;
  }
}

const DATABASE = 'roundtrip_console_test';

/** The whole of Roundtrip in this process, with a shop of 10,000 orders: once for all files of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(CHROMIUM)) {
    if (process.env['CI'] !== undefined) throw new Error(`the console's tests need ${CHROMIUM}`);
    process.stderr.write(`The console's tests are left out: there is no ${CHROMIUM} (apt-get install chromium).\n`);
    project.provide('consoleUrl', undefined);
    return () => Promise.resolve();
  }
  const { status } = spawnSync(process.execPath, ['console/build/build-if-stale.ts'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the console cannot be built');

  const undos: (() => Promise<unknown>)[] = [];
  const teardown = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  try {
    const provided = new Map<string, unknown>();
    const postgres = { provide: (name: string, value: unknown) => provided.set(name, value) };
    undos.push(await preparePostgres(postgres as unknown as TestProject));
    const serverUrl = String(provided.get('serverUrl'));
    const template = String(provided.get('templateDatabase'));
    const name = `${DATABASE}_${process.pid}`;
    await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    undos.push(() => dropDatabase(serverUrl, name));
    const databaseUrl = urlOfDatabase(serverUrl, name);

    const folder = await mkdtemp(join(tmpdir(), 'roundtrip console '));
    undos.push(() => rm(folder, { recursive: true, force: true }));
    const config = readConfig({
      PORT: '0',
      GATEWAY_PORT: '0',
      DATA_DIR: join(folder, 'data'),
      INVOICE_OUTPUT_DIR: join(folder, 'invoices'),
      MAIL_OUTPUT_DIR: join(folder, 'mail'),
    });
    const backend = createBackend(config, databaseUrl, silentLogger);
    undos.push(() => backend.close());
    await seedShop(backend);
    const gateway = await startGateway(config, databaseUrl, silentLogger);
    undos.push(() => gateway.stop());
    const worker = await startWorker(backend, gateway.url);
    undos.push(() => worker.stop());
    const web = await startWeb(backend, 0);
    undos.push(() => web.stop());
    project.provide('consoleUrl', web.url);
    project.provide('consoleGatewayUrl', gateway.url);
    project.provide('consoleDatabaseUrl', databaseUrl);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
