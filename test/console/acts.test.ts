import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();
const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 1, unit_price_minor: 10_000 };
const ORDER = { customer_id: 'acts', customer_email: 'acts@example.com', items: [LINE] };

async function placed(...events: readonly string[]) {
  const order = await shop.post('/orders', ORDER);
  for (const event of events) await shop.post(`/orders/${order.id}/${event}`);
  return order;
}

describeConsole('an act', () => {
  it('on an order whose invoice was sent meanwhile is no conflict, and the page shows that it was sent', async () => {
    const { id } = await placed('pay', 'process');
    const page = await shop.open(`/orders/${id}`);
    await page.getByRole('button', { name: 'Ship', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ship' }).click();
    const heading = page.getByRole('heading', { level: 1 });
    await isThere(heading.getByText('Shipped'));
    await isThere(page.getByText(/e-mailed/));
    await eventually('each job is shown to be done', async () => {
      const states = await page.locator('li', { hasText: 'invoice.' }).allInnerTexts();
      return states.length === 2 && states.every((state) => state.includes('Done'));
    });
    await page.getByRole('button', { name: 'Mark delivered' }).click();
    await isThere(heading.getByText('Delivered'));
  });

  it('on many is tried again on what somebody else has made of them, under the title that it began with', async () => {
    const ids = [(await placed('pay', 'process')).id, (await placed('pay', 'process')).id];
    const page = await shop.open('/orders?state=PROCESSING_IN_WAREHOUSE&customer=acts');
    await isThere(page.getByRole('row').nth(2));
    for (const row of [1, 2]) await page.getByRole('row').nth(row).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Ship (2)' }).click();
    await shop.post(`/orders/${ids[0] ?? 0}/refunds`, { amount_minor: 100, reason: 'Late' });
    await eventually('the refund is made, and the order at rest', async () => {
      const [refund] = await shop.sql<{ state: string }>('SELECT state FROM refunds WHERE order_id = $1', [ids[0]]);
      return refund?.state === 'SUCCEEDED';
    });
    const dialog = page.getByRole('dialog', { name: 'Ship: 2 orders' });
    await dialog.getByRole('button', { name: 'Ship (2)' }).click();
    await isThere(dialog.getByText('1 of 2 done, 1 not'));
    await dialog.getByRole('button', { name: 'Try the 1 failed one again' }).click();
    await isThere(dialog.getByText('2 of 2 done'));
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await isThere(page.getByText('No order is like that'));
  });

  it('on a return that has failed leaves it open, and a key that is held down does its act once', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    await page.getByRole('row').nth(1).getByRole('link', { name: /^R-/ }).click();
    const label = page.getByRole('complementary').getByRole('heading', { level: 2 });
    const first = await label.innerText();
    const isApproval = (url: URL) => url.pathname.endsWith('/approve');
    await page.route(isApproval, (route) => route.abort());
    await page.keyboard.press('a');
    await isThere(page.getByText(`${first} was not changed`));
    expect(await label.innerText()).toBe(first);

    await page.unroute(isApproval);
    let approvals = 0;
    page.on('request', (request) => {
      if (isApproval(new URL(request.url()))) approvals += 1;
    });
    await page.keyboard.down('a');
    await isThere(page.getByText(`${first} is approved.`));
    await label.filter({ hasNotText: first }).waitFor();
    await page.keyboard.down('a');
    await page.keyboard.up('a');
    await page.keyboard.press('d');
    await isThere(page.getByRole('dialog', { name: /^Reject: R-/ }));
    expect(approvals).toBe(1);
  });

  it('by key is on the return that lies open, which is the row that the keys are at', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    const links = page.getByRole('row').getByRole('link', { name: /^R-/ });
    await isThere(links.nth(3));
    const labels = await links.allInnerTexts();
    const label = page.getByRole('complementary').getByRole('heading', { level: 2 });
    const open = page.locator('[role=row][aria-current=true]');
    const isOpen = async (name: string | undefined) => {
      await isThere(label.filter({ hasText: name ?? 'no such return' }));
      await isThere(open.filter({ hasText: name ?? 'no such return' }));
      expect(await open.count()).toBe(1);
      expect(await page.locator('[data-cursor=true]').count()).toBe(1);
    };
    // Opened by its address, by key, and by the pointer.
    await page.goto(`${shop.url}/console/returns?state=REQUESTED&open=${labels[0]?.replace('R-', '') ?? ''}`);
    await isOpen(labels[0]);
    await page.keyboard.press('j');
    await isOpen(labels[1]);
    await links.nth(3).click();
    await isOpen(labels[3]);
    await page.keyboard.press('k');
    await isOpen(labels[2]);
    expect(await page.locator('[data-cursor=true]').innerText()).toContain(labels[2]);
    await page.keyboard.press('a');
    await isThere(page.getByText(`${labels[2] ?? ''} is approved.`));
    await isOpen(labels[3]);
  });

  it('whose answer was lost is done once: a return that is sent again is the same return', async () => {
    const { id } = await placed('pay', 'process', 'ship', 'deliver');
    const page = await shop.open(`/orders/${id}?start=return`);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Units of/).fill('1');
    await dialog.getByLabel('Why it comes back').fill('Too small');
    const send = dialog.getByRole('button', { name: 'Request the return' });
    await page.route(`**/v1/orders/${id}/returns`, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await send.click();
    await isThere(dialog.getByText('The server does not answer'));
    await page.unroute(`**/v1/orders/${id}/returns`);
    // The page hears of the return that was made: no unit is left.
    await isThere(dialog.getByText('0 of 1 can be returned'));
    await page.reload();
    await send.click();
    await isThere(page.getByText('was requested.'));
    const returns = await shop.sql('SELECT id FROM returns WHERE order_id = $1', [id]);
    expect(returns).toHaveLength(1);
  });
});

describeConsole('an act that is under way', () => {
  it('keeps its dialog open until it is known what came of it, and says so where it failed', async () => {
    const { id } = await placed();
    const page = await shop.open(`/orders/${id}`);
    const answered = Promise.withResolvers<undefined>();
    await page.route(`**/v1/orders/${id}/pay`, async (route) => {
      await answered.promise;
      await route.abort();
    });
    await page.getByRole('button', { name: 'Record payment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Record payment' }).click();
    await isThere(dialog.locator('[data-loading]'));
    expect(await dialog.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    answered.resolve(undefined);
    await isThere(dialog.getByText('The server does not answer'));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});

describeConsole('an act whose answer was lost', () => {
  it('is the same act when it is pressed again: it is done once, and told what came of it', async () => {
    const { id } = await placed();
    const page = await shop.open('/today');
    // So that the page does not hear of it by another way.
    await page.route('**/v1/stream', (route) => route.abort());
    const keys: (string | undefined)[] = [];
    await page.route(`**/v1/orders/${id}/pay`, async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 2) return route.continue();
      if (keys.length === 2) await route.fetch();
      return route.abort();
    });
    await page.goto(`${shop.url}/console/orders/${id}`);
    await page.getByRole('button', { name: 'Record payment' }).click();
    const dialog = page.getByRole('dialog');
    for (const presses of [1, 2]) {
      await dialog.getByRole('button', { name: 'Record payment' }).click();
      await eventually('it went out', () => Promise.resolve(keys.length === presses));
      await isThere(dialog.getByText('The server does not answer'));
    }
    await dialog.getByRole('button', { name: 'Record payment' }).click();
    await isThere(page.getByText('is paid.'));
    expect(keys[0]).toMatch(/^console-[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
    const [{ payments } = { payments: 0 }] = await shop.sql<{ payments: number }>(
      'SELECT count(*)::integer AS payments FROM payments WHERE order_id = $1',
      [id],
    );
    expect(payments).toBe(1);
  });
});

describeConsole('a table', () => {
  it('asks once for a page that cannot be fetched, says so, and asks again when a person wants it', async () => {
    const page = await shop.open('/orders');
    await isThere(page.getByRole('row').nth(5));
    let asked = 0;
    // Where what others do has the list read anew, it is whole as far as it goes, and may ask for more once.
    let readAnew = 0;
    const isNextPage = (url: URL) => url.pathname === '/v1/orders' && url.searchParams.has('after');
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/v1/orders' && !isNextPage(url)) readAnew += 1;
    });
    await page.route(isNextPage, async (route) => {
      asked += 1;
      await route.fulfill({ status: 500, json: { code: 'internal', title: 'Broken', detail: 'The page is broken.' } });
    });
    await page.getByRole('row').nth(5).hover();
    await eventually('the end of what is there is near', async () => {
      await page.mouse.wheel(0, 1_200);
      return page.getByText('The page is broken.').isVisible();
    });
    for (let turn = 0; turn < 5; turn += 1) await page.mouse.wheel(0, 1_200);
    await isThere(page.getByRole('button', { name: 'Try again' }));
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(1 + readAnew);
    await page.unroute(isNextPage);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The page is broken.').waitFor({ state: 'detached' });
  });

  it('keeps to the row that the keys are at, when another comes in above it', async () => {
    const page = await shop.open('/orders');
    await isThere(page.getByText('Live'));
    await isThere(page.getByRole('row').nth(5));
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await isThere(page.getByText('1 order selected'));
    const { order_number: number } = await shop.post('/orders', ORDER);
    await isThere(page.getByRole('link', { name: number }));
    await page.keyboard.press('x');
    await page.getByText('1 order selected').waitFor({ state: 'detached' });
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
  });

  it('of returns opens one by its link, for whoever has turned single keys off', async () => {
    const page = await shop.open('/returns?state=COMPLETED');
    await page.evaluate(() => {
      localStorage.setItem('roundtrip-single-keys', 'off');
    });
    const link = page.getByRole('row').nth(1).getByRole('link', { name: /^R-/ });
    const label = await link.innerText();
    await link.focus();
    await page.keyboard.press('Enter');
    await isThere(page.getByRole('complementary', { name: label }));
  });
});
