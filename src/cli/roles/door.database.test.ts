import { expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { silentLogger } from '../../platform/logger.ts';
import { readConfig } from '../../platform/config.ts';
import { createBackend } from '../backend.ts';
import { doorNotice } from './door.ts';
import { startWeb, type Web } from './web.ts';

const database = useDatabase();

async function withWeb(use: (web: Web) => Promise<void>): Promise<void> {
  const config = readConfig({ DATABASE_URL: database.url, PORT: '0' });
  const backend = createBackend(config, database.url, silentLogger);
  try {
    const web = await startWeb(backend, 0);
    await use(web).finally(() => web.stop());
  } finally {
    await backend.close();
  }
}

it('has a link for the first account', async () => {
  await withWeb((web) => {
    expect(doorNotice(web, undefined).join('\n')).toContain(`${web.url}/console/setup#token=`);
    return Promise.resolve();
  });
});

it('has none on a standby, which is read from all the same', async () => {
  const setting = `DATABASE ${new URL(database.url).pathname.slice(1)}`;
  await database.pool.query(`ALTER ${setting} SET default_transaction_read_only = on`);
  await withWeb(async (web) => {
    expect(web).toMatchObject({ door: 'open', setupPath: undefined });
    expect(doorNotice(web, undefined)).toEqual([
      expect.stringContaining('OPEN'),
      expect.stringContaining('takes no writes'),
      '',
    ]);
    expect((await fetch(`${web.url}/v1/orders`)).status).toBe(200);
    const order = {
      order_number: 'A',
      customer_id: 'c',
      items: [{ sku: 'A', title: 'A', quantity: 1, unit_price_minor: 1 }],
    };
    const placing = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
    expect((await fetch(`${web.url}/v1/orders`, placing)).status).toBe(503);
  });
});
