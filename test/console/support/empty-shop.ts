import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createBackend } from '../../../src/cli/backend.ts';
import { startWeb } from '../../../src/cli/roles/web.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { useDatabase } from '../../support/database.ts';

export interface EmptyShop {
  readonly url: string;
  /** Where the first person makes their account. */
  readonly setupAddress: string;
}

/** Called at the top of a test file: a web as a first start has it, where nobody has an account and nothing is there. */
export function useEmptyShop(): EmptyShop {
  const database = useDatabase();
  const undos: (() => Promise<unknown>)[] = [];
  let addresses: EmptyShop | undefined;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roundtrip people '));
    undos.push(() => rm(folder, { recursive: true, force: true }));
    const backend = createBackend(readConfig({ PORT: '0', DATA_DIR: folder }), database.url, silentLogger);
    undos.push(() => backend.close());
    const web = await startWeb(backend, 0);
    undos.push(() => web.stop());
    addresses = { url: web.url, setupAddress: `${web.url}${web.setupPath ?? ''}` };
  });
  afterAll(async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  });

  const opened = (): EmptyShop => {
    if (!addresses) throw new Error('the shop is opened in beforeAll, and is not there before');
    return addresses;
  };
  return {
    get url() {
      return opened().url;
    },
    get setupAddress() {
      return opened().setupAddress;
    },
  };
}
