import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();
const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 1, unit_price_minor: 10_000 };

async function delivered() {
  const order = await shop.post('/orders', { customer_id: 'left behind', items: [LINE] });
  for (const event of ['pay', 'process', 'ship', 'deliver']) await shop.post(`/orders/${order.id}/${event}`);
  return order;
}

async function goTo(page: Page, orderNumber: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Search/ }).fill(orderNumber);
  await page.getByRole('option', { name: orderNumber }).first().click();
  await isThere(page.getByRole('heading', { level: 1, name: orderNumber }));
}

/** What somebody has gone on from does not follow them. */
describeConsole('left behind', () => {
  it('a return whose answer comes late does not take the place of the one that was opened since', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    const labels = page.getByRole('row').getByRole('link', { name: /^R-/ });
    await isThere(labels.nth(2));
    const [first, third] = [await labels.nth(0).innerText(), await labels.nth(2).innerText()];
    const answered = Promise.withResolvers<undefined>();
    await page.route('**/v1/returns/*/approve', async (route) => {
      await answered.promise;
      await route.continue();
    });
    await labels.nth(0).click();
    const open = page.getByRole('complementary');
    await open.getByRole('button', { name: 'Approve' }).click();
    await labels.nth(2).click();
    await isThere(open.getByRole('heading', { level: 2, name: third }));
    answered.resolve(undefined);
    await isThere(page.getByText(`${first} is approved.`));
    await page.getByRole('link', { name: first, exact: true }).waitFor({ state: 'detached' });
    // What is asked next is asked of the one that was opened, and it is still that when the dialog is closed again.
    await open.getByRole('button', { name: 'Reject' }).click();
    await isThere(page.getByRole('dialog', { name: `Reject: ${third}` }));
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await open.getByRole('heading', { level: 2 }).innerText()).toBe(third);
    expect(new URL(page.url()).searchParams.get('open')).toBe(third.replace('R-', ''));
  });

  it('the reason for some returns does not follow to others, and stays with its own until it was sent', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    const rows = page.getByRole('row');
    await isThere(rows.nth(4));
    const labels = await rows.getByRole('link', { name: /^R-/ }).allInnerTexts();
    const ids = labels.map((label) => Number(label.replace('R-', '')));
    const dialog = page.getByRole('dialog');
    const reason = dialog.getByLabel(/Reason/);
    const ask = async (...which: readonly number[]) => {
      for (const row of which)
        await rows
          .filter({ hasText: labels[row] ?? '' })
          .getByRole('checkbox')
          .click();
      await page.getByRole('button', { name: 'Reject (2)' }).click();
      await isThere(reason);
    };
    const leave = async () => {
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Select none' }).click();
    };
    await ask(0, 1);
    await reason.fill('Worn');
    await leave();
    await ask(2, 3);
    expect(await reason.inputValue()).toBe('');
    await leave();
    await ask(1, 0);
    expect(await reason.inputValue()).toBe('Worn');

    const drafts = () => page.evaluate<string[]>(`Object.keys(sessionStorage).filter((key) => key.includes('reject'))`);
    expect(await drafts()).toHaveLength(1);
    // One of the two fails: what was typed has been sent all the same.
    await page.route(`**/v1/returns/${ids[0] ?? 0}/reject`, (route) => route.abort());
    await dialog.getByRole('button', { name: 'Reject (2)' }).click();
    await isThere(dialog.getByText('1 of 2 done, 1 not'));
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'detached' });
    expect(await drafts()).toEqual([]);
  });

  it('a dialog on one order is not there on the next', async () => {
    const orders = await shop.sql<{ id: number; order_number: string }>(
      `SELECT id, order_number FROM orders WHERE state = 'PAID' ORDER BY id LIMIT 2`,
    );
    const [one, other] = orders;
    if (!one || !other) throw new Error('the shop has no two paid orders');
    const page = await shop.open(`/orders/${one.id}`);
    const isShown = (number: string) => isThere(page.getByRole('heading', { level: 1, name: number }));
    await isShown(one.order_number);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search/ }).fill(other.order_number);
    await page.getByRole('option', { name: other.order_number }).first().click();
    await isShown(other.order_number);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await isThere(page.getByRole('dialog'));
    await page.goBack();
    await isShown(one.order_number);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('a return that is under way keeps its dialog, and answered late it closes no other and does not call back', async () => {
    const [one, other] = [await delivered(), await delivered()];
    const page = await shop.open(`/orders/${one.id}?start=return`);
    const answered = Promise.withResolvers<undefined>();
    await page.route(`**/v1/orders/${one.id}/returns`, async (route) => {
      await answered.promise;
      await route.continue();
    });
    const dialog = page.getByRole('dialog', { name: /^Start a return/ });
    const reason = dialog.getByLabel('Why it comes back');
    await dialog.getByLabel(/^Units of/).fill('1');
    await reason.fill('Too small');
    await dialog.getByRole('button', { name: 'Request the return' }).click();
    await isThere(dialog.locator('[data-loading]'));
    expect(await dialog.getByRole('button', { name: 'Keep for later' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(1);

    await goTo(page, other.order_number);
    await page.getByRole('button', { name: 'Start a return' }).click();
    await reason.fill('Half of a rea');
    answered.resolve(undefined);
    await isThere(page.getByText('was requested.'));
    await eventually('the first order is read anew', async () => {
      const [{ count } = { count: 0 }] = await shop.sql<{ count: number }>(
        'SELECT count(*)::integer AS count FROM returns WHERE order_id = $1',
        [one.id],
      );
      return count === 1;
    });
    await isThere(page.getByRole('heading', { level: 1, name: other.order_number }));
    expect(await reason.inputValue()).toBe('Half of a rea');
    expect(new URL(page.url()).pathname).toBe(`/console/orders/${other.id}`);
  });

  it('a return that fails after its page was left is told of all the same', async () => {
    const [one, other] = [await delivered(), await delivered()];
    const page = await shop.open(`/orders/${one.id}?start=return`);
    const answered = Promise.withResolvers<undefined>();
    await page.route(`**/v1/orders/${one.id}/returns`, async (route) => {
      await answered.promise;
      await route.abort();
    });
    const dialog = page.getByRole('dialog', { name: /^Start a return/ });
    await dialog.getByLabel(/^Units of/).fill('1');
    await dialog.getByLabel('Why it comes back').fill('Too small');
    await dialog.getByRole('button', { name: 'Request the return' }).click();
    await goTo(page, other.order_number);
    answered.resolve(undefined);
    await isThere(page.getByText(`The return of ${one.order_number} is not confirmed`));
  });
});

/** A colleague deals with something, and it leaves its list, while it is written about here. */
describeConsole('a question about what has left its list', () => {
  const CHANGED = 'It has changed meanwhile, and this cannot be done any more.';

  it('stays, with what was typed, and says so: a refund', async () => {
    await shop.declineNextRefund();
    const order = await shop.post('/orders', { customer_id: 'two hands', items: [LINE] });
    for (const event of ['pay', 'cancel']) await shop.post(`/orders/${order.id}/${event}`);
    const refund = await eventually('the refund has failed', async () => {
      const [row] = await shop.sql<{ id: number; state: string }>(
        'SELECT id::integer, state FROM refunds WHERE order_id = $1',
        [order.id],
      );
      return row?.state === 'FAILED' && row;
    });
    const page = await shop.open('/operations?tab=refunds&state=FAILED');
    const row = page.getByRole('listitem').filter({ hasText: order.order_number });
    await row.getByRole('button', { name: 'Paid elsewhere' }).click();
    const dialog = page.getByRole('dialog');
    const reference = dialog.getByLabel(/Reference/);
    await reference.fill('NEFT N33');
    await shop.post(`/refunds/${refund.id}/record`, { reference: 'By a colleague' });
    await isThere(dialog.getByText(CHANGED));
    await row.waitFor({ state: 'detached' });
    // As whoever has heard of nothing types on.
    await page.keyboard.type('126');
    expect(await reference.inputValue()).toBe('NEFT N33126');
    expect(await dialog.getByRole('button', { name: 'Paid elsewhere' }).isDisabled()).toBe(true);
  });

  it('stays, with what was typed, and says so: a difference', async () => {
    await shop.sql(
      `INSERT INTO reconciliation_differences (gateway, subject, kind, gateway_reference, their_amount_minor, their_currency)
       VALUES ('local', 'refund', 'unknown_here', 'rf_two_hands', 100, 'INR')`,
    );
    const page = await shop.open('/operations?tab=differences');
    const row = page.getByRole('listitem').filter({ hasText: 'rf_two_hands' });
    await row.getByRole('button', { name: 'Resolve' }).click();
    const dialog = page.getByRole('dialog');
    const reason = dialog.getByLabel(/Reason/);
    await reason.fill('Written o');
    const [{ id } = { id: 0 }] = await shop.sql<{ id: number }>(
      `SELECT id::integer FROM reconciliation_differences WHERE gateway_reference = 'rf_two_hands'`,
    );
    await shop.post(`/reconciliation/differences/${id}/resolve`, { reason: 'By a colleague' });
    await isThere(dialog.getByText(CHANGED));
    await page.keyboard.type('ff');
    expect(await reason.inputValue()).toBe('Written off');
    expect(await dialog.getByRole('button', { name: 'Resolve' }).isDisabled()).toBe(true);
  });
});
