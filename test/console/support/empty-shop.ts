import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend } from '../../../src/cli/backend.ts';
import { startWeb } from '../../../src/cli/roles/web.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { administer, dropDatabase, urlOfDatabase } from '../../support/servers/test-server.ts';

export interface EmptyShop {
  readonly url: string;
  /** Where the first person makes their account. */
  readonly setupAddress: string;
  close(): Promise<void>;
}

/** A web of its own on a database of its own, as a first start has it: nobody has an account, and nothing is there. */
export async function startEmptyShop(serverUrl: string): Promise<EmptyShop> {
  const name = `roundtrip_console_people_${process.pid}`;
  await administer(serverUrl, `CREATE DATABASE ${name}`);
  const databaseUrl = urlOfDatabase(serverUrl, name);
  await migrate(databaseUrl, silentLogger);
  const folder = await mkdtemp(join(tmpdir(), 'roundtrip people '));
  const backend = createBackend(readConfig({ PORT: '0', DATA_DIR: folder }), databaseUrl, silentLogger);
  const web = await startWeb(backend, 0);
  return {
    url: web.url,
    setupAddress: `${web.url}${web.setupPath ?? ''}`,
    close: async () => {
      await web.stop();
      await backend.close();
      await dropDatabase(serverUrl, name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
