import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { breachesOf, isThere, NARROW, settle } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

/** Each test goes through all of them. */
const PATIENCE_MS = 180_000;

async function pages(): Promise<readonly (readonly [name: string, path: string])[]> {
  const [order] = await shop.sql<{ id: number; return_id: number }>(
    `SELECT order_id AS id, id AS return_id FROM returns WHERE state = 'COMPLETED' ORDER BY id LIMIT 1`,
  );
  return [
    ['today', '/today'],
    ['orders', '/orders'],
    ['one order', `/orders/${order?.id ?? 0}`],
    ['starting a return', `/orders/${order?.id ?? 0}?start=return`],
    ['packing slip', `/orders/${order?.id ?? 0}/packing-slip`],
    ['returns', `/returns?state=COMPLETED&open=${order?.return_id ?? 0}`],
    ['receiving', '/returns/receive'],
    ["a return's label", `/returns/${order?.return_id ?? 0}/label`],
    ['jobs', '/operations'],
    ['refunds', '/operations?tab=refunds&state=SUCCEEDED'],
    ['gateway differences', '/operations?tab=differences'],
    ['webhooks', '/operations?tab=webhooks'],
    ['people', '/operations?tab=people'],
    ['health', '/operations?tab=health'],
    ['lifecycles', '/lifecycles'],
    ['signing in', '/login'],
    ['a link that is not whole', '/invite'],
    ['no such page', '/nowhere'],
    ['no such order', '/orders/900000000'],
  ];
}

describeConsole('every page', { timeout: PATIENCE_MS }, () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`keeps the rules of WCAG 2.2 AA that a program can check, in ${colorScheme} colours`, async () => {
      const page = await shop.open('/today', { colorScheme });
      for (const [name, path] of await pages()) {
        await page.goto(`${shop.url}/console${path}`);
        await isThere(page.getByRole('heading', { level: 1 }));
        await settle(page);
        expect(await breachesOf(page), name).toEqual([]);
      }
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('WEB-');
      await isThere(page.getByRole('option', { name: /WEB-/ }));
      expect(await breachesOf(page), 'palette').toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await isThere(page.getByRole('dialog', { name: 'Keyboard' }));
      expect(await breachesOf(page), 'shortcuts').toEqual([]);
    });
  }

  it('fits a window of 360 pixels without being pushed sideways', async () => {
    const page = await shop.open('/today', { viewport: NARROW });
    for (const [name, path] of await pages()) {
      await page.goto(`${shop.url}/console${path}`);
      await isThere(page.getByRole('heading', { level: 1 }));
      await settle(page);
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(NARROW.width);
    }
  });
});

describeConsole('the console', () => {
  it('is loaded with less than 300 KiB, and painted within a second', async () => {
    const page = await shop.open('/today');
    const files = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    );
    const assets = [...new Set(files)].filter((path) => path.startsWith('/console/assets/'));
    const built = await readdir('console/dist/assets');
    const sizes = await Promise.all(
      assets.map(async (path) => {
        const name = path.slice('/console/assets/'.length);
        expect(built).toContain(name);
        return gzipSync(await readFile(`console/dist/assets/${name}`)).byteLength;
      }),
    );
    const kibibytes = sizes.reduce((sum, size) => sum + size, 0) / 1_024;
    // The first load of all also warms the server up, and what else the machine does shows in the slower ones.
    const paintTimesMs: number[] = [];
    for (let load = 0; load < 5; load += 1) {
      await page.reload();
      await isThere(page.getByRole('heading', { level: 1 }));
      paintTimesMs.push(
        await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity),
      );
    }
    const paintMs = Math.min(...paintTimesMs);
    process.stdout.write(`console: ${kibibytes.toFixed(0)} KiB gzipped, first paint after ${paintMs.toFixed(0)} ms\n`);
    expect(kibibytes).toBeLessThan(300);
    expect(paintMs).toBeLessThan(1_000);
  });

  it('goes through ten thousand orders without holding more than a window of them', async () => {
    const page = await shop.open('/orders');
    await isThere(page.getByRole('row').nth(5));
    await page.getByRole('row').nth(5).hover();
    const seen = new Set<string>();
    await eventually('many orders went by', async () => {
      for (const number of await page.getByRole('link', { name: /^WEB-/ }).allInnerTexts()) seen.add(number);
      await page.mouse.wheel(0, 1_200);
      return seen.size > 150;
    });
    expect(await page.getByRole('row').count()).toBeLessThan(70);
  });

  it('keeps its filters in the address, and narrows by them', async () => {
    const page = await shop.open('/orders');
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: /^Shipped/ }).click();
    await page.getByLabel('SKU').fill('LAMP-BRASS');
    await page.waitForURL(/state=SHIPPED&sku=LAMP-BRASS|sku=LAMP-BRASS&state=SHIPPED/);
    await page.reload();
    await isThere(page.getByRole('row').nth(1));
    expect(await page.getByLabel('SKU').inputValue()).toBe('LAMP-BRASS');
    const states = await page
      .getByRole('row')
      .getByText(/^(Shipped|Delivered|Paid)$/)
      .allInnerTexts();
    expect(new Set(states)).toEqual(new Set(['Shipped']));
  });

  it('answers a search in less than 200 ms, as the server counts it', async () => {
    for (const words of ['WEB-0', 'asha-0@example.com', 'LAMP-BRASS', 'gita-7', '1']) {
      const times: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) {
        const startedAt = performance.now();
        const answer = await fetch(`${shop.url}/v1/search?q=${encodeURIComponent(words)}`);
        await answer.json();
        times.push(performance.now() - startedAt);
      }
      // What else the machine does shows in the slower ones.
      expect(Math.min(...times), words).toBeLessThan(200);
    }
  });

  it('shows a change that somebody else made without being asked, and says when it hears of none', async () => {
    const [order] = await shop.sql<{ id: number }>(`SELECT id FROM orders WHERE state = 'PENDING_PAYMENT' LIMIT 1`);
    const page = await shop.open(`/orders/${order?.id ?? 0}`);
    await isThere(page.getByText('Live'));
    await fetch(`${shop.url}/v1/orders/${order?.id ?? 0}/pay`, { method: 'POST' });
    await isThere(page.getByRole('heading', { level: 1 }).getByText('Paid'));
    await page.context().setOffline(true);
    await isThere(page.getByText('The connection to the server is gone'));
    await page.context().setOffline(false);
    await page.getByText('The connection to the server is gone').waitFor({ state: 'detached' });
  });

  it('prints many invoices as one document', async () => {
    const page = await shop.open('/orders?state=DELIVERED');
    await isThere(page.getByRole('row').nth(3));
    for (const row of [1, 2, 3]) await page.getByRole('row').nth(row).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Print invoices (3)' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Put together' }).click();
    await isThere(dialog.getByText('3 of 3 done'));
    const opened = page.context().waitForEvent('page');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    expect((await opened).url()).toMatch(/^blob:/);
  });
});
