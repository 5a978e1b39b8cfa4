import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { createBackend } from '../../../src/cli/backend.ts';
import { startGateway } from '../../../src/cli/roles/gateway.ts';
import { startWeb } from '../../../src/cli/roles/web.ts';
import { startWorker } from '../../../src/cli/roles/worker.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { useDatabase } from '../../support/database.ts';
import { configOfShop } from './shop-config.ts';

export interface FilledShop {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly pool: pg.Pool;
}

/** Called at the top of a test file: the whole of Roundtrip in this process, on a copy of the shop that setup.ts filled. */
export function useFilledShop(): FilledShop {
  const filled = () => {
    const shop = inject('filledShop');
    if (!shop) throw new Error('the shop is filled only where there is a Chromium');
    return shop;
  };
  const database = useDatabase(() => filled().database);
  const undos: (() => Promise<unknown>)[] = [];
  let urls: { readonly web: string; readonly gateway: string } | undefined;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roundtrip console '));
    undos.push(() => rm(folder, { recursive: true, force: true }));
    await cp(filled().folder, folder, { recursive: true });
    const config = configOfShop(folder);
    const backend = createBackend(config, database.url, silentLogger);
    undos.push(() => backend.close());
    const gateway = await startGateway(config, database.url, silentLogger);
    undos.push(() => gateway.stop());
    const worker = await startWorker(backend, gateway.url);
    undos.push(() => worker.stop());
    const web = await startWeb(backend, 0);
    undos.push(() => web.stop());
    urls = { web: web.url, gateway: gateway.url };
  });
  afterAll(async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  });

  const started = () => {
    if (!urls) throw new Error('the shop is opened in beforeAll, and is not there before');
    return urls;
  };
  return {
    get url() {
      return started().web;
    },
    get gatewayUrl() {
      return started().gateway;
    },
    get pool() {
      return database.pool;
    },
  };
}
