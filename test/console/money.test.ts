import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { breachesOf, isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

/** What goes out and comes in by the console: each sum is seen before it moves. */
describeConsole('money', () => {
  const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 3, unit_price_minor: 10_000 };
  const delivered = async (discountMinor: number) => {
    const items = [{ ...LINE, discount_minor: discountMinor }];
    const order = await shop.post('/orders', { customer_id: 'bulk', items });
    for (const event of ['pay', 'process', 'ship', 'deliver']) await shop.post(`/orders/${order.id}/${event}`);
    return order;
  };
  const returnOf = async (order: { id: number; items: readonly { id: number }[] }, quantity: number) => {
    const items = [{ order_item_id: order.items[0]?.id, quantity }];
    return (await shop.post(`/orders/${order.id}/returns`, { reason: 'Bent', items })).id;
  };
  const receive = async (returnId: number) => {
    for (const event of ['approve', 'dispatch', 'receive']) await shop.post(`/returns/${returnId}/${event}`);
  };
  const select = async (page: Page, returnIds: readonly number[]) => {
    for (const id of returnIds) {
      await page
        .getByRole('row')
        .filter({ hasText: `R-${id}` })
        .getByRole('checkbox')
        .click();
    }
  };
  const refundedBy = async (returnIds: readonly number[]) => {
    const [row] = await shop.sql<{ sum: number | null }>(
      'SELECT sum(amount_minor)::integer AS sum FROM refunds WHERE return_id = ANY ($1)',
      [returnIds],
    );
    return row?.sum;
  };

  it('goes back for many returns after what goes back in all was seen, discounts taken off', async () => {
    // Two of three units, less their part of the discount: 19,800 and 18,000.
    const ids = [await returnOf(await delivered(300), 2), await returnOf(await delivered(3_000), 2)];
    for (const id of ids) await receive(id);
    const page = await shop.open('/returns?state=RECEIVED');
    await select(page, ids);
    await page.getByRole('button', { name: 'Complete and refund (2)' }).click();
    const dialog = page.getByRole('dialog');
    await isThere(dialog.getByText('Together ₹378.00 goes back'));
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/₹1(98|80)\.00/),
      expect.stringMatching(/₹1(98|80)\.00/),
    ]);
    await dialog.getByRole('button', { name: 'Complete and refund (2)' }).click();
    await isThere(dialog.getByText('2 of 2 done'));
    expect(await refundedBy(ids)).toBe(37_800);
  });

  it('goes back for one return after its very sum was seen, and the list calls the price of its goods no refund', async () => {
    const id = await returnOf(await delivered(300), 2);
    await receive(id);
    const page = await shop.open(`/returns?state=RECEIVED&open=${id}`);
    await isThere(page.getByRole('columnheader', { name: 'Goods' }));
    expect(await page.getByRole('columnheader').allInnerTexts()).not.toContain('Refund');
    await page.getByRole('complementary').getByRole('button', { name: 'Complete and refund' }).click();
    const dialog = page.getByRole('dialog');
    await isThere(dialog.getByText('₹198.00 goes back to the customer'));
    await dialog.getByRole('button', { name: 'Complete and refund' }).click();
    await isThere(page.getByText(`R-${id} is completed.`));
    expect(await refundedBy([id])).toBe(19_800);
  });

  it('goes back for the units of a return that are accepted, after its sum was seen, and the rest can come back again', async () => {
    const order = await delivered(300);
    const id = await returnOf(order, 3);
    await receive(id);
    const page = await shop.open(`/returns?state=RECEIVED&open=${id}`);
    const open = page.getByRole('complementary');
    await open.getByRole('button', { name: 'Complete and refund' }).click();
    const dialog = page.getByRole('dialog');
    await isThere(dialog.getByText('₹297.00 goes back to the customer'));
    const units = dialog.getByRole('textbox', { name: 'Accepted units of Brass oil lamp' });
    expect(await units.inputValue()).toBe('3');
    // By the keyboard: one unit fewer than all.
    await units.focus();
    const held = Promise.withResolvers<undefined>();
    await page.route('**/complete/preview', (route) => held.promise.then(() => route.continue()), { times: 1 });
    const asked = page.waitForRequest('**/complete/preview');
    await page.keyboard.press('ArrowDown');
    await asked;
    // Until its sum is there it cannot be completed, and nothing is said to have changed.
    await isThere(dialog.getByRole('button', { name: 'Complete and refund', disabled: true }));
    expect(await dialog.getByRole('alert').count()).toBe(0);
    held.resolve(undefined);
    await isThere(dialog.getByText('₹198.00 goes back to the customer'));
    await isThere(dialog.getByText('1 unit is not accepted'));
    expect(await breachesOf(page)).toEqual([]);
    await units.fill('0');
    await isThere(dialog.getByRole('button', { name: 'Complete without refund' }));
    // What was typed is there after a reload.
    await units.fill('2');
    await page.reload();
    await open.getByRole('button', { name: 'Complete and refund' }).click();
    await isThere(dialog.getByText('₹198.00 goes back to the customer'));
    await dialog.getByLabel('Reason').fill('One is used');
    await dialog.getByRole('button', { name: 'Complete and refund' }).click();
    await isThere(page.getByText(`R-${id} is completed.`));
    expect(await refundedBy([id])).toBe(19_800);

    await page.goto(`${shop.url}/console/returns?state=COMPLETED&open=${id}`);
    await isThere(open.getByText('2 of 3 accepted'));
    await page.goto(`${shop.url}/console/orders/${order.id}`);
    await isThere(page.getByText('2 of 3 × Brass oil lamp accepted'));
    await isThere(page.getByText(`Return R-${id} complete, 2 of 3 accepted`));
    await isThere(page.getByText('One is used'));
    await isThere(page.getByRole('button', { name: 'Start a return' }));
  });

  it('that was to go back and did not is kept, and told apart from what was refunded', async () => {
    const { id } = await shop.post('/orders', { customer_id: 'declined', items: [LINE] });
    await shop.post(`/orders/${id}/pay`);
    await shop.declineNextRefund();
    await shop.post(`/orders/${id}/cancel`);
    const page = await shop.open(`/orders/${id}`);
    await isThere(page.getByText('Failed', { exact: true }));
    const sumOf = (name: string) => page.locator('dt', { hasText: name }).locator('+ dd').innerText();
    expect(await sumOf('Refunded')).toBe('₹0.00');
    expect(await sumOf('Refund not made yet')).toBe('₹300.00');
    expect(await sumOf('Kept')).toBe('₹300.00');
  });

  it('that a person asked for is let through by another alone, and decided upon in the list of refunds too', async () => {
    const { id } = await shop.post('/orders', { customer_id: 'approval', items: [LINE] });
    await shop.post(`/orders/${id}/pay`);
    await shop.post(`/orders/${id}/refunds`, { amount_minor: 25_000, reason: 'Late' });
    const approve = { name: 'Approve', exact: true };
    const page = await shop.open(`/orders/${id}`);
    for (const path of [undefined, '/operations?tab=refunds&state=AWAITING_APPROVAL']) {
      if (path !== undefined) await page.goto(`${shop.url}/console${path}`);
      await isThere(page.getByRole('button', { name: 'Reject', exact: true }));
      expect(await page.getByRole('button', approve).count()).toBe(0);
    }
    await page.route('**/v1/me', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), actor: 'somebody else' } });
    });
    await page.reload();
    await isThere(page.getByRole('button', approve));
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/Reason/).fill('Not agreed');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await isThere(page.getByText('The refund is rejected.'));
  });

  it('of two returns of one order: both are approved at once, and each is completed by its own sum', async () => {
    const order = await delivered(0);
    const ids = [await returnOf(order, 1), await returnOf(order, 2)];
    const page = await shop.open('/returns?state=REQUESTED');
    await select(page, ids);
    await page.getByRole('button', { name: 'Approve (2)' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Approve (2)' }).click();
    await isThere(dialog.getByText('2 of 2 done'));

    for (const id of ids) for (const event of ['dispatch', 'receive']) await shop.post(`/returns/${id}/${event}`);
    await page.goto(`${shop.url}/console/returns?state=RECEIVED`);
    await select(page, ids);
    await page.getByRole('button', { name: 'Complete and refund (1)' }).click();
    await isThere(dialog.getByText('1 return of the same orders is left for afterwards'));
    await dialog.getByRole('button', { name: 'Complete and refund (1)' }).click();
    await isThere(dialog.getByText('1 of 1 done'));
    expect([10_000, 20_000]).toContain(await refundedBy(ids));
  });

  it('that is authorised is captured or voided from the page of its order', async () => {
    for (const [button, state] of [
      ['Capture', 'Captured'],
      ['Void', 'Voided'],
    ] as const) {
      const { id } = await shop.post('/orders', { customer_id: 'authorised', items: [LINE] });
      const payment = { amount_minor: 30_000, gateway: 'local', payment_token: 'token', capture: false };
      await shop.post(`/orders/${id}/payments`, payment);
      await eventually('the gateway has authorised it', async () => {
        const [row] = await shop.sql<{ state: string }>('SELECT state FROM payments WHERE order_id = $1', [id]);
        return row?.state === 'AUTHORISED';
      });
      const page = await shop.open(`/orders/${id}`);
      await page.getByRole('button', { name: button, exact: true }).click();
      const dialog = page.getByRole('dialog', { name: `${button}: payment of ₹300.00` });
      await dialog.getByLabel(/Reason/).fill('As agreed by telephone');
      await dialog.getByRole('button', { name: button }).click();
      await isThere(page.getByText(state, { exact: true }));
    }
  });

  it('reads amounts with the decimals that ISO 4217 gives their currency, and not those in daily use', async () => {
    const answer = await fetch(`${shop.url}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        customer_id: 'abroad',
        currency: 'HUF',
        items: [{ sku: 'TEA', title: 'Tea', quantity: 1, unit_price_minor: 150_050 }],
      }),
    });
    const { id } = (await answer.json()) as { id: number };
    const page = await shop.open(`/orders/${id}`);
    const outstanding = page.locator('dt', { hasText: 'Outstanding' }).locator('+ dd');
    expect(await outstanding.innerText()).toMatch(/^HUF\s1,500\.50$/);
  });
});
