import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();
const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 1, unit_price_minor: 10_000 };
const ORDER = { customer_id: 'live', items: [LINE] };

/** A browser's connections to one server over HTTP/1.1. */
const CONNECTIONS = 6;
/** More than the lists wait for one another. */
const SLOW_MS = 2_000;
const PATIENTLY = { timeout: 20_000 };

/** For a page that can be put out of sight, as a tab behind another is: none is here by itself. */
const hidable = (isHidden: boolean) => ({
  content: `globalThis.isHidden = ${String(isHidden)};
            Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden });`,
});
const putOutOfSight = (page: Page, isHidden: boolean) =>
  page.evaluate(`isHidden = ${String(isHidden)}; document.dispatchEvent(new Event('visibilitychange'))`);

const isLive = (page: Page) => isThere(page.getByText('Live', { exact: true }));
const isPaid = (page: Page) => isThere(page.getByRole('heading', { level: 1 }).getByText('Paid', { exact: true }));
const isList = (url: URL) => url.pathname === '/v1/orders';

function requestsOf(page: Page, path: string): readonly string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === path) requests.push(request.url());
  });
  return requests;
}

async function feedIsWhole(): Promise<void> {
  await eventually('what happened is in the feed', async () => {
    const [feed] = await shop.sql<{ isWhole: boolean }>(
      `SELECT (SELECT count(*) FROM state_transitions) = (SELECT count(*) FROM event_feed) AS "isWhole"`,
    );
    return feed?.isWhole === true;
  });
}

describeConsole('the stream of changes', () => {
  it('is let go by tabs out of sight, so that one more than a browser has connections works, and told what they missed', async () => {
    const { id } = await shop.post('/orders', ORDER);
    const first = await shop.open('/lifecycles');
    await first.context().addInitScript(hidable(false));
    let last = first;
    await last.goto(`${shop.url}/console/orders/${id}`);
    await isLive(last);
    for (let tabs = 1; tabs <= CONNECTIONS; tabs += 1) {
      await putOutOfSight(last, true);
      last = await first.context().newPage();
      await last.goto(`${shop.url}/console/orders/${id}`);
      await isLive(last);
    }
    await isThere(first.getByText('Connecting'));
    await last.getByRole('button', { name: 'Record payment' }).click();
    await last.getByRole('dialog').getByRole('button', { name: 'Record payment' }).click();
    await isPaid(last);
    await feedIsWhole();

    const settingsRead = requestsOf(first, '/v1/settings');
    const again = first.waitForRequest('**/v1/stream');
    await putOutOfSight(first, false);
    expect((await again).headers()['last-event-id']).toMatch(/^\d+$/);
    await isPaid(first);
    await isLive(first);
    // Of what needs no reading anew, nothing was read.
    expect(settingsRead).toEqual([]);
  });

  it('is not cut by a look into another tab', async () => {
    const page = await shop.open('/lifecycles');
    await page.context().addInitScript(hidable(false));
    await page.clock.install();
    await page.reload();
    await isLive(page);
    const streams = requestsOf(page, '/v1/stream');
    await putOutOfSight(page, true);
    await page.clock.fastForward(3_000);
    await putOutOfSight(page, false);
    await page.clock.fastForward(3_000);
    const { order_number: number } = await shop.post('/orders', ORDER);
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await isThere(page.getByRole('link', { name: number }));
    await isLive(page);
    expect(streams).toEqual([]);
  });

  it('is not opened by a tab that nobody has seen yet, which reads anew what it shows when somebody does', async () => {
    const { id } = await shop.post('/orders', ORDER);
    const page = await shop.open('/lifecycles');
    await page.context().addInitScript(hidable(true));
    const streams = requestsOf(page, '/v1/stream');
    await page.goto(`${shop.url}/console/orders/${id}`);
    await isThere(page.getByRole('button', { name: 'Record payment' }));
    await shop.post(`/orders/${id}/pay`);
    await feedIsWhole();
    expect(streams).toEqual([]);
    await putOutOfSight(page, false);
    await isPaid(page);
    await isLive(page);
  });
});

describeConsole('a list', () => {
  it('is read to its end and goes on, where that takes longer than it stays the same', async () => {
    const page = await shop.open('/orders');
    await isLive(page);
    await isThere(page.getByRole('row').nth(5));
    await page.route(isList, async (route) => {
      await delay(SLOW_MS);
      await route.continue();
    });
    const { order_number: number } = await shop.post('/orders', ORDER);
    const isShown = async () => {
      await shop.post('/orders', ORDER);
      return page.getByRole('link', { name: number }).isVisible();
    };
    await expect.poll(isShown, { ...PATIENTLY, interval: 250 }).toBe(true);
    await page.getByRole('row').nth(5).hover();
    const lastShown = async () => {
      await shop.post('/orders', ORDER);
      await page.mouse.wheel(0, 6_000);
      return Number(await page.getByRole('row').last().getAttribute('aria-rowindex'));
    };
    await expect.poll(lastShown, { ...PATIENTLY, interval: 250 }).toBeGreaterThan(150);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('that is read anew is not cut off by its next page', async () => {
    const page = await shop.open('/orders');
    await isLive(page);
    await isThere(page.getByRole('row').nth(5));
    const asked = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    await page.route(isList, async (route) => {
      asked.resolve(undefined);
      await released.promise;
      await route.continue();
    });
    const { order_number: number } = await shop.post('/orders', ORDER);
    await asked.promise;
    await page.getByRole('row').nth(5).hover();
    const lastShown = async (by: number) => {
      await page.mouse.wheel(0, by);
      return Number(await page.getByRole('row').last().getAttribute('aria-rowindex'));
    };
    await expect.poll(() => lastShown(6_000), PATIENTLY).toBeGreaterThan(95);
    released.resolve(undefined);
    await expect.poll(() => lastShown(6_000), PATIENTLY).toBeGreaterThan(150);
    await expect.poll(() => lastShown(-60_000), PATIENTLY).toBeLessThan(95);
    await isThere(page.getByRole('link', { name: number }));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('of dead jobs shows one that has died meanwhile, of which nobody tells it', async () => {
    const page = await shop.open('/lifecycles');
    await page.clock.install();
    // What else happens in the shop would have it read anew.
    await page.route('**/v1/stream', (route) => route.abort());
    await page.goto(`${shop.url}/console/operations`);
    await isThere(page.getByText('No job is dead'));
    await shop.sql(
      `UPDATE jobs SET state = 'DEAD', last_error = 'connect ECONNREFUSED', attempts = 12
       WHERE id = (SELECT id FROM jobs WHERE state = 'DONE' ORDER BY id LIMIT 1)`,
    );
    await eventually('it is in the list', async () => {
      await page.clock.fastForward(10_000);
      return page.getByText('Dead for the same reason').isVisible();
    });
  });
});
