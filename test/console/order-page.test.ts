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
});
