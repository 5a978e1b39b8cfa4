import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { it } from 'vitest';
import { isThere, NARROW, settle } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

/** Set by "npm run screenshots": a run of the tests leaves the tree as it is. */
const folder = process.env['SCREENSHOTS'];

/** The pictures that README.md and docs/console.md show, made of the console as it is. */
describeConsole('the pictures', () => {
  const take = async (page: Page, name: string) => {
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await page.waitForLoadState('load');
    await settle(page);
    await page.screenshot({ path: join(folder, `console-${name}.png`) });
  };

  it.skipIf(folder === undefined)('are taken', async () => {
    const [order] = await shop.sql<{ id: number }>(
      `SELECT order_id AS id FROM returns WHERE state = 'COMPLETED' ORDER BY id LIMIT 1`,
    );
    const path = `/orders/${order?.id ?? 0}`;
    const [waiting] = await shop.sql<{ id: number }>(
      `SELECT id FROM returns WHERE state = 'REQUESTED' ORDER BY created_at DESC, id DESC OFFSET 2 LIMIT 1`,
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      const suffix = colorScheme === 'dark' ? '-dark' : '';
      const page = await shop.open('/today', { colorScheme });
      await isThere(page.getByText('Refund latency'));
      await take(page, `today${suffix}`);
      await page.goto(`${shop.url}/console/orders`);
      await isThere(page.getByRole('row').nth(10));
      for (const row of [2, 3, 4]) await page.getByRole('row').nth(row).getByRole('checkbox').click();
      await take(page, `orders${suffix}`);
      await page.goto(`${shop.url}/console${path}`);
      await isThere(page.getByText('sealed by'));
      await take(page, `order${suffix}`);
      await page.goto(`${shop.url}/console/returns?state=REQUESTED&open=${waiting?.id ?? 0}`);
      await isThere(page.getByRole('complementary').getByText('Refund'));
      await take(page, `returns${suffix}`);
      await page.goto(`${shop.url}/console/lifecycles`);
      await isThere(page.getByRole('img', { name: /refund/i }));
      await take(page, `lifecycles${suffix}`);
      await page.goto(`${shop.url}/console/operations?tab=refunds&state=SUCCEEDED`);
      await isThere(page.getByRole('listitem'));
      await take(page, `operations${suffix}`);
      await page.goto(`${shop.url}/console${path}?start=return`);
      const dialog = page.getByRole('dialog');
      await dialog
        .getByLabel(/^Units of/)
        .last()
        .fill('1');
      await take(page, `start-return${suffix}`);
      await page.goto(`${shop.url}/console/orders`);
      await isThere(page.getByRole('row').nth(10));
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /Search orders/ }).fill('asha-0');
      await isThere(page.getByRole('option', { name: /WEB-/ }));
      await take(page, `palette${suffix}`);
    }
    const phone = await shop.open('/today', { viewport: NARROW });
    await isThere(phone.getByText('Refund latency'));
    await take(phone, 'today-narrow');
    for (const [name, where] of [
      ['orders-narrow', '/orders'],
      ['order-narrow', path],
      ['returns-narrow', '/returns?state=REQUESTED'],
      ['receive-narrow', '/returns/receive'],
    ] as const) {
      await phone.goto(`${shop.url}/console${where}`);
      await isThere(phone.getByRole('heading', { level: 1 }));
      await take(phone, name);
    }
    const paper = await shop.open(`${path}/packing-slip`);
    await take(paper, 'packing-slip');
  });
});
