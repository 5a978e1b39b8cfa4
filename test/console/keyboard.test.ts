import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();
const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 1, unit_price_minor: 10_000 };

/** Waits until the focus is there. */
function hasFocus(locator: Locator): Promise<void> {
  return isThere(locator.and(locator.page().locator(':focus')));
}

async function closeByEsc(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function selectTwo(page: Page): Promise<void> {
  await isThere(page.getByRole('row').nth(2));
  for (const row of [1, 2]) await page.getByRole('row').nth(row).getByRole('checkbox').click();
}

describeConsole('by keyboard alone', () => {
  it('a day is typed digit by digit, however slowly, and filters once its year is whole', async () => {
    const page = await shop.open('/orders');
    const days = new Set<string | null>();
    page.on('framenavigated', (frame) => {
      days.add(new URL(frame.url()).searchParams.get('from'));
    });
    const from = page.getByLabel('Entered from');
    await from.focus();
    // Each key after the pause in which what is typed takes effect.
    await page.keyboard.type('01052026', { delay: 250 });
    await page.waitForURL(/from=2026-01-05/);
    expect(await from.inputValue()).toBe('2026-01-05');
    await page.keyboard.press('Backspace');
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await page.keyboard.type('2025');
    await page.waitForURL(/from=2025-01-05/);
    expect([...days]).toEqual(['2026-01-05', null, '2025-01-05']);
  });

  it('the focus is, after a dialog, where it was, or at the heading where that is gone', async () => {
    const { id } = await shop.post('/orders', { customer_id: 'focus', items: [LINE] });
    const page = await shop.open(`/orders/${id}`);
    await page.getByRole('button', { name: 'Cancel order' }).focus();
    await page.keyboard.press('Enter');
    await isThere(page.getByRole('dialog', { name: /Cancel/ }));
    await closeByEsc(page);
    await hasFocus(page.getByRole('button', { name: 'Cancel order' }));

    await page.getByRole('button', { name: 'Record payment' }).focus();
    await page.keyboard.press('Enter');
    await hasFocus(page.getByRole('dialog').getByRole('button', { name: 'Record payment' }));
    await page.keyboard.press('Enter');
    await isThere(page.getByText('is paid.'));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await hasFocus(page.getByRole('heading', { level: 1 }));
  });

  it('the focus is at the heading after a dialog that a key has opened, and on the page that the palette went to', async () => {
    const page = await shop.open('/lifecycles');
    await page.keyboard.press('?');
    await isThere(page.getByRole('dialog', { name: 'Keyboard' }));
    await closeByEsc(page);
    await hasFocus(page.getByRole('heading', { level: 1, name: 'Lifecycles' }));

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('Orders');
    await page.keyboard.press('Enter');
    await isThere(page.getByRole('heading', { level: 1, name: 'Orders' }));
    await hasFocus(page.getByRole('main'));
  });

  it('Esc closes the dialog about many and leaves them selected, and a second one selects none', async () => {
    const page = await shop.open('/orders?state=PROCESSING_IN_WAREHOUSE');
    await selectTwo(page);
    await page.getByRole('button', { name: 'Ship (2)' }).click();
    await isThere(page.getByRole('dialog'));
    await closeByEsc(page);
    const selected = page.getByText('2 orders selected');
    expect(await selected.count()).toBe(1);
    await page.keyboard.press('Escape');
    await selected.waitFor({ state: 'detached' });
  });

  it('many are rejected from the field of the reason on, and Enter sends no reason that was left there', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    await selectTwo(page);
    const reject = page.getByRole('button', { name: 'Reject (2)' });
    const dialog = page.getByRole('dialog');
    const reason = dialog.getByLabel(/Reason/);
    await reject.first().click();
    await hasFocus(reason);
    await page.keyboard.type('Worn');
    await closeByEsc(page);
    await reject.first().click();
    await hasFocus(reason);
    await page.keyboard.press('Enter');
    expect(await reason.inputValue()).toContain('Worn');
    const confirm = dialog.getByRole('button', { name: 'Reject (2)' });
    expect(await confirm.count()).toBe(1);
    // The results, Cancel, and what is meant.
    for (let stop = 0; stop < 3; stop += 1) await page.keyboard.press('Tab');
    await hasFocus(confirm);
    await page.keyboard.press('Enter');
    await isThere(dialog.getByText('2 of 2 done'));
    await hasFocus(dialog.getByRole('list', { name: 'Results' }));
  });

  it('what is not ready to be confirmed has the focus on Cancel', async () => {
    const page = await shop.open('/returns?state=RECEIVED');
    const worked = Promise.withResolvers<undefined>();
    await page.route(/\/v1\/returns\/\d+$/, async (route) => {
      await worked.promise;
      await route.continue();
    });
    await selectTwo(page);
    await page.getByRole('button', { name: 'Complete and refund (2)' }).click();
    const dialog = page.getByRole('dialog');
    await isThere(dialog.getByText('What goes back is being worked out'));
    const cancel = dialog.getByRole('button', { name: 'Cancel' });
    await hasFocus(cancel);
    worked.resolve(undefined);
    await isThere(dialog.getByText(/^Together /));
    await hasFocus(cancel);
  });
});
