import { expect, it } from 'vitest';
import { isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

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
});
