import { execFile } from 'node:child_process';
import { access, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  makePlace,
  runCommand,
  startRoundtrip,
  type Place,
  type RunningRoundtrip,
} from './support/running-roundtrip.ts';

const DECEMBER =
  process.env['ONLINE_RETAIL_FILE'] ??
  fileURLToPath(new URL('../../shared/data/online-retail-2010-12.csv', import.meta.url));

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

describe('a real month', () => {
  test('December comes out to the last penny, with an invoice for each order and a refund for each return', async (context) => {
    try {
      await access(DECEMBER);
    } catch {
      context.skip(`the real data is not at ${DECEMBER}`);
    }
    const place = await makePlace();
    const roundtrip = await startRoundtrip(place, '--no-sample');
    try {
      const flags = ['--format', 'online-retail', '--url', place.webUrl, '--json', '--wait'];
      const { stdout, stderr } = await runCommand(place, 'import', DECEMBER, ...flags);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({
        rows: 42_481,
        orders: 1_629,
        order_lines: 41_683,
        gross_minor: 82_374_614,
        returns: 156,
        return_lines: 289,
        returned_units: 3_196,
        refund_minor: 803_172,
        rejected: { no_customer: 38, no_matching_order_line: 401, not_a_sale: 70 },
        invoices_rendered: 1_629,
        refunds_succeeded: 156,
      });
      expect(await gatewayTotals(place)).toEqual([{ currency: 'GBP', count: 156, amount_minor: '803172' }]);
      const folder = join(place.folder, 'invoices');
      const numbered = async (prefix: string) => (await readdir(folder)).filter((name) => name.startsWith(prefix));
      expect(await numbered('INV')).toHaveLength(1_629);
      // The import waits for invoices and refunds alone.
      await expect.poll(() => numbered('CRN'), { timeout: 20_000 }).toHaveLength(156);
      const files = await readdir(folder);
      const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
      expect(Math.min(...sizes)).toBeGreaterThan(1_000);
      expect((await runCommand(place, 'audit')).stdout).toMatch(/^clean: .* of 1629 orders/);
    } finally {
      await roundtrip.end('SIGKILL');
      await place.remove();
    }
  }, 180_000);
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

async function gatewayTotals(place: Place): Promise<unknown> {
  return ((await getJson(`${place.gatewayUrl}/v1/refunds/totals`)) as { data: unknown }).data;
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
