import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayTotals } from './support/gateway-totals.ts';
import {
  makePlace,
  runCommand,
  startRoundtrip,
  type Place,
  type RunningRoundtrip,
} from './support/running-roundtrip.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

describe('the main job, as its user does it', () => {
  let place: Place;
  let roundtrip: RunningRoundtrip;

  beforeAll(async () => {
    place = await makePlace();
    roundtrip = await startRoundtrip(place, '--no-sample');
  });
  afterAll(async () => {
    await roundtrip.end('SIGKILL');
    await place.remove();
  });

  test('an import that is killed with everything else, and run again, ends as if nothing had happened', async () => {
    const file = join(place.folder, 'shop.csv');
    await writeFile(file, shopOf(120));
    const command = ['import', file, '--format', 'online-retail', '--url', place.webUrl, '--json'];

    const interrupted = runCommand(place, ...command);
    await untilOrders(place, 30);
    await roundtrip.end('SIGKILL');
    expect((await interrupted).code).not.toBe(0);

    roundtrip = await startRoundtrip(place, '--no-sample');
    const finished = await runCommand(place, ...command, '--wait');
    expect(finished.stderr).toBe('');
    const figures = { orders: 120, returns: 40, invoices_rendered: 120, refunds_succeeded: 40, refund_minor: 40 * 250 };
    expect(JSON.parse(finished.stdout)).toMatchObject(figures);

    const again = await runCommand(place, ...command, '--wait');
    expect(JSON.parse(again.stdout)).toMatchObject(figures);
    expect(await gatewayTotals(place)).toEqual([{ currency: 'GBP', count: 40, amount_minor: String(40 * 250) }]);
    const papers = async () => (await readdir(join(place.folder, 'invoices'))).filter((name) => name.endsWith('.pdf'));
    expect((await papers()).filter((name) => name.startsWith('INV'))).toHaveLength(120);
    // The import waits for invoices and refunds alone.
    await expect.poll(papers, { timeout: 20_000 }).toHaveLength(120 + 40);

    const audit = await runCommand(place, 'audit', '--json');
    expect(JSON.parse(audit.stdout)).toMatchObject({ orders: 120, broken: null });
    expect(audit.code).toBe(0);
  }, 90_000);

  test('Ctrl-C ends it with 0, leaves no process behind, and its data is there at the next start', async () => {
    const before = await orderCount(place);
    expect((await roundtrip.end('SIGINT')).code).toBe(0);
    await expect(fetch(place.webUrl)).rejects.toThrow();
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(place.folder))).toEqual([]);

    roundtrip = await startRoundtrip(place, '--no-sample');
    expect(await orderCount(place)).toBe(before);
  });
});

/** Orders of one line of three units at 2.50; each third one is partly cancelled later. */
function shopOf(orders: number): string {
  const rows = [HEADER];
  for (let index = 0; index < orders; index += 1) {
    const number = 500_000 + index;
    rows.push(`${number},SKU-${index},Thing ${index},3,2010-12-01 08:26:00,2.5,${17_000 + index}.0,United Kingdom`);
    if (index % 3 === 0) {
      rows.push(`C${number},SKU-${index},Thing ${index},-1,2010-12-02 09:00:00,2.5,${17_000 + index}.0,United Kingdom`);
    }
  }
  return `${rows.join('\n')}\n`;
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}

async function orderCount(place: Place): Promise<number> {
  const page = (await getJson(`${place.webUrl}/v1/orders?limit=200`)) as { data: unknown[] };
  return page.data.length;
}

async function untilOrders(place: Place, count: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await orderCount(place)) < count) {
    if (Date.now() > deadline) throw new Error(`there were never ${count} orders`);
  }
}
