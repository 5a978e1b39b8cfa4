import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

async function delivered(items: readonly object[]) {
  const order = await shop.post('/orders', { customer_id: 'papers', items });
  for (const event of ['pay', 'process', 'ship', 'deliver']) await shop.post(`/orders/${order.id}/${event}`);
  return order;
}

/** Where each of the words begins on the screen, from the left, in the paragraph that has the first, whatever it is made of. */
function leftsOf(page: Page, words: readonly string[]): Promise<readonly number[]> {
  return page.evaluate(`(() => {
    const words = ${JSON.stringify(words)};
    const paragraph = [...document.querySelectorAll('p')].find(({ textContent }) => textContent.includes(words[0]));
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    const places = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let offset = 0; offset < node.length; offset += 1) places.push({ node, offset });
    }
    const text = places.map(({ node, offset }) => node.data[offset]).join('');
    return words.map((word) => {
      const { node, offset } = places[text.indexOf(word)];
      const range = document.createRange();
      range.setStart(node, offset);
      range.setEnd(node, offset + 1);
      return range.getBoundingClientRect().left;
    });
  })()`);
}

/** Run in a page: keeps which addresses of what it holds it has made, and which it has let go. */
function keepAddresses(): void {
  const made: string[] = [];
  const letGo: string[] = [];
  const make = URL.createObjectURL.bind(URL);
  const revoke = URL.revokeObjectURL.bind(URL);
  URL.createObjectURL = (content) => {
    const address = make(content);
    made.push(address);
    return address;
  };
  URL.revokeObjectURL = (address) => {
    letGo.push(address);
    revoke(address);
  };
  Object.assign(globalThis, { made, letGo });
}

const addressesOf = (page: Page) => page.evaluate<{ made: string[]; letGo: string[] }>('({ made, letGo })');

/** Answers nothing that the path names, until `release` is called. */
async function holdBack(page: Page, path: string): Promise<() => void> {
  const released = Promise.withResolvers<undefined>();
  await page.route(path, async (route) => {
    await released.promise;
    await route.continue();
  });
  return () => {
    released.resolve(undefined);
  };
}

describeConsole('the page of an order', () => {
  it('says how many units of what come back, in whatever script what it is called is written', async () => {
    const [shirt, shoes] = ['قميص', 'حذاء'];
    const order = await delivered([
      { sku: 'SHIRT', title: shirt, quantity: 2, unit_price_minor: 5_000 },
      { sku: 'SHOES', title: shoes, quantity: 1, unit_price_minor: 9_000 },
    ]);
    const items = order.items.map(({ id }, index) => ({ order_item_id: id, quantity: 2 - index }));
    await shop.post(`/orders/${order.id}/returns`, { reason: 'Too small', items });
    const page = await shop.open(`/orders/${order.id}`);
    await isThere(page.getByText('· goods'));
    const lefts = await leftsOf(page, ['2 ×', shirt, ',', '1 ×', shoes, '· goods']);
    expect(lefts).toEqual(lefts.toSorted((one, other) => one - other));
  });

  it('says of the refund of other units that it is being worked out, and not that it is what these refund', async () => {
    const order = await delivered([{ sku: 'LAMP', title: 'Lamp', quantity: 3, unit_price_minor: 10_000 }]);
    const page = await shop.open(`/orders/${order.id}?start=return`);
    const dialog = page.getByRole('dialog');
    const sum = dialog.getByRole('complementary').locator('tfoot td');
    await dialog.getByLabel(/^Units of/).fill('1');
    await isThere(sum.filter({ hasText: '₹100.00' }));
    const release = await holdBack(page, '**/returns/preview');
    await dialog.getByLabel(/^Units of/).fill('2');
    const note = dialog.getByText('What goes back is being worked out…');
    await isThere(note);
    release();
    await isThere(sum.filter({ hasText: '₹200.00' }));
    await note.waitFor({ state: 'detached' });
  });

  it('shows each credit note with its sum and its PDF, whose address is let go with the page', async () => {
    const [order] = await shop.sql<{ id: number; number: string }>(
      `SELECT order_id AS id, number FROM credit_notes ORDER BY id LIMIT 1`,
    );
    if (!order) throw new Error('the shop has no credit note');
    const page = await shop.open('/orders');
    await page.addInitScript(keepAddresses);
    await page.goto(`${shop.url}/console/orders/${order.id}`);
    const panel = page.locator('section').filter({ hasText: `Credit note ${order.number}` });
    await isThere(panel.getByText(/^₹[\d,.]+$/));
    await isThere(panel.getByText(/^issued/));
    const answered = page.waitForResponse('**/v1/credit-notes/*/pdf');
    await panel.getByRole('button', { name: 'Show' }).click();
    expect((await (await answered).body()).subarray(0, 5).toString()).toBe('%PDF-');
    const shown = await page.getByTitle(`Credit note ${order.number}`).getAttribute('src');
    expect(await panel.getByRole('link', { name: 'Open' }).getAttribute('href')).toBe(shown);
    expect(await addressesOf(page)).toEqual({ made: [shown], letGo: [] });
    await page.getByRole('link', { name: 'All orders' }).click();
    await isThere(page.getByRole('row').nth(1));
    expect(await addressesOf(page)).toEqual({ made: [shown], letGo: [shown] });
  });
});

describeConsole('the list of orders', () => {
  it('that was found for other words says so, until what is searched for now has been found', async () => {
    const page = await shop.open('/orders?q=WEB-00042');
    const table = page.getByRole('table', { name: 'Orders' });
    await isThere(table.getByRole('link', { name: 'WEB-00042' }));
    expect(await table.getAttribute('aria-busy')).toBe('false');
    const release = await holdBack(page, '**/v1/search?*');
    await page.getByLabel('Search', { exact: true }).fill('WEB-00043');
    await isThere(page.locator('[role=table][aria-busy=true]'));
    release();
    await isThere(table.getByRole('link', { name: 'WEB-00043' }));
    expect(await table.getAttribute('aria-busy')).toBe('false');
  });

  it('keeps the address of the document that was printed last, and of no other', async () => {
    const page = await shop.open('/orders');
    await page.addInitScript(keepAddresses);
    await page.goto(`${shop.url}/console/orders?state=DELIVERED`);
    await page.getByRole('row').nth(1).getByRole('checkbox').click();
    const dialog = page.getByRole('dialog');
    for (let turn = 0; turn < 2; turn += 1) {
      await page.getByRole('button', { name: 'Print invoices (1)' }).click();
      await dialog.getByRole('button', { name: 'Put together' }).click();
      await isThere(dialog.getByText('1 of 1 done'));
      const opened = page.context().waitForEvent('page');
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await opened;
    }
    const { made, letGo } = await addressesOf(page);
    expect(made).toHaveLength(2);
    expect(letGo).toEqual(made.slice(0, 1));
  });
});
