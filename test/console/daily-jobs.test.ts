import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { breachesOf, isThere } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

interface Counted extends Record<string, unknown> {
  readonly count: number;
}

describeConsole('a day of the support desk', () => {
  it('finds an order by e-mail from anywhere, and takes its return with the refund beside it', async () => {
    const [order] = await shop.sql<{ id: number; order_number: string; customer_email: string }>(
      `SELECT id, order_number, customer_email FROM orders
       WHERE state = 'DELIVERED' AND NOT EXISTS (SELECT FROM returns WHERE order_id = orders.id) ORDER BY id LIMIT 1`,
    );
    if (!order) throw new Error('no order was delivered');
    const page = await shop.open('/today');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search/ }).fill(order.customer_email.toUpperCase());
    await page.getByRole('option', { name: order.order_number }).click();
    await isThere(page.getByRole('heading', { level: 1, name: order.order_number }));

    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog');
    await dialog
      .getByLabel(/^Units of/)
      .first()
      .fill('1');
    await dialog.getByLabel('Why it comes back').fill('Too small');
    const preview = dialog.getByRole('complementary', { name: 'What it refunds' });
    const shown = await preview.locator('tfoot td').innerText();
    expect(shown).toMatch(/^₹[\d,.]+$/);
    // What was typed is there after a reload.
    await page.reload();
    expect(await dialog.getByLabel('Why it comes back').inputValue()).toBe('Too small');
    await dialog.getByRole('button', { name: 'Request the return' }).click();
    await isThere(page.getByText('was requested.'));
    await isThere(page.getByRole('heading', { name: 'Returns', level: 2 }));
  });

  it('approves a return by one key, and rejects many with one reason', async () => {
    const page = await shop.open('/returns?state=REQUESTED');
    await isThere(page.getByRole('row').nth(3));
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const open = page.getByRole('complementary');
    const label = await open.getByRole('heading', { level: 2 }).innerText();
    await page.keyboard.press('a');
    await isThere(page.getByText(`${label} is approved.`));

    await page.goto(`${shop.url}/console/returns?state=REQUESTED`);
    await isThere(page.getByRole('row').nth(3));
    for (const row of [1, 2]) await page.getByRole('row').nth(row).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Reject (2)' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Reject (2)' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/Reason/).fill('Worn');
    await confirm.click();
    await isThere(dialog.getByText('2 of 2 done'));
    const [{ count } = { count: 0 }] = await shop.sql<Counted>(
      `SELECT count(*)::integer AS count FROM state_transitions WHERE event = 'reject' AND reason = 'Worn'`,
    );
    expect(count).toBe(2);
  });

  it('is told that somebody else was faster, and keeps what was typed', async () => {
    const [order] = await shop.sql<{ id: number }>(
      `SELECT id FROM orders WHERE state = 'PAID' AND version = 2 ORDER BY id DESC LIMIT 1`,
    );
    const id = order?.id ?? 0;
    const page = await shop.open(`/orders/${id}`);
    await page.getByRole('button', { name: 'Cancel order' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/Reason/).fill('The customer called');
    // The other one's move, as if this page had not heard of it yet: its connection is held back.
    await page.route('**/v1/orders/*/cancel', async (route) => {
      await fetch(`${shop.url}/v1/orders/${id}/process`, { method: 'POST' });
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Cancel order' }).click();
    await isThere(dialog.getByText('Somebody else changed this'));
    expect(await dialog.getByLabel(/Reason/).inputValue()).toBe('The customer called');
    expect(await dialog.getByRole('button', { name: 'Cancel order' }).isDisabled()).toBe(true);
  });
});

describeConsole('a day of the warehouse', () => {
  it('ships twenty at once, with a result for each, and sees one that somebody else had shipped', async () => {
    const page = await shop.open('/orders?state=PROCESSING_IN_WAREHOUSE');
    await isThere(page.getByRole('row').nth(20));
    await page.getByRole('row').nth(1).getByRole('checkbox').click();
    await page
      .getByRole('row')
      .nth(20)
      .getByRole('checkbox')
      .click({ modifiers: ['Shift'] });
    await isThere(page.getByText('20 orders selected'));
    const first = await page.getByRole('row').nth(1).getByRole('link').getAttribute('href');
    await page.getByRole('button', { name: 'Ship (20)' }).click();
    const dialog = page.getByRole('dialog');
    await isThere(dialog.getByText('the invoice is issued'));
    // Somebody ships the first one while this one reads what it means.
    const shipped = await fetch(`${shop.url}/v1${first?.replace('/console', '') ?? ''}/ship`, { method: 'POST' });
    expect(shipped.status).toBe(200);
    await dialog.getByRole('button', { name: 'Ship (20)' }).click();
    await isThere(dialog.getByText('19 of 20 done, 1 not'));
    await isThere(dialog.getByText(/has changed|changed since|version/i));
  });

  it('takes parcels in by scanning: each once, and says what is wrong with the rest', async () => {
    const [coming] = await shop.sql<{ id: number }>(`SELECT id FROM returns WHERE state = 'IN_TRANSIT' LIMIT 1`);
    const label = `R-${coming?.id ?? 0}`;
    const page = await shop.open('/returns/receive');
    // As a scanner types: into whatever has the focus, with Enter at the end.
    const scan = async (code: string) => {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    };
    await scan(label);
    await isThere(page.getByText(new RegExp(`${label} of WEB-\\d+ is received`)));
    await scan(label);
    await isThere(page.getByText(`${label} is received, so it is not received now`));
    await scan('no such thing');
    await isThere(page.getByText('Nothing is known by this code.'));
    const [state] = await shop.sql<{ state: string }>('SELECT state FROM returns WHERE id = $1', [coming?.id]);
    expect(state?.state).toBe('RECEIVED');
  });

  it('notes every parcel of those that are scanned faster than the server answers', async () => {
    const page = await shop.open('/returns/receive');
    const released = Promise.withResolvers<undefined>();
    await page.route('**/v1/search?*', async (route) => {
      if (route.request().url().includes('first')) await released.promise;
      await route.continue();
    });
    for (const code of ['the first', 'the second', 'the third']) {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    }
    released.resolve(undefined);
    const noted = page.getByRole('listitem').filter({ hasText: 'Nothing is known by this code.' });
    await isThere(noted.nth(2));
    expect((await noted.allInnerTexts()).map((words) => /the \w+/.exec(words)?.[0])).toEqual([
      'the third',
      'the second',
      'the first',
    ]);
    await page.reload();
    await isThere(noted.nth(2));
  });

  it('notes a scan before it is answered, and says after a reload that what waited is to be scanned again', async () => {
    const page = await shop.open('/returns/receive');
    const scan = async (code: string) => {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    };
    // Never answered, and not even cut off when the page goes.
    await page.evaluate(() => {
      globalThis.fetch = () => new Promise(() => undefined);
    });
    for (const code of ['the first', 'the second']) await scan(code);
    const noted = page.getByRole('listitem').filter({ hasText: /the (first|second)/ });
    await isThere(noted.nth(1));
    for (const words of await noted.allInnerTexts()) expect(words).toContain('Waiting for the server');

    await page.reload();
    await isThere(noted.nth(1));
    for (const words of await noted.allInnerTexts()) expect(words).toContain('It is not known what came of it.');
    await scan('the first');
    await isThere(noted.filter({ hasText: 'Nothing is known by this code.' }));
    expect(await noted.count()).toBe(3);
  });

  it('is told of a scan that the server does not answer, and goes on to the next one', async () => {
    const page = await shop.open('/returns/receive');
    // A second and a half rather than fifteen.
    await page.evaluate(() => {
      const timeout = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (durationMs) => timeout(durationMs / 10);
    });
    let asked = 0;
    await page.route('**/v1/search?*', (route) => {
      if (!route.request().url().includes('first')) return route.continue();
      asked += 1;
      return undefined;
    });
    for (const code of ['the first', 'the second']) {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    }
    const of = (code: string) => page.getByRole('listitem').filter({ hasText: code });
    await isThere(of('the first').filter({ hasText: 'The server does not answer.' }));
    await isThere(of('the second').filter({ hasText: 'Nothing is known by this code.' }));
    expect(asked).toBe(1);
  });

  it('keeps on the list of scans which parcel nobody has named the return of, until somebody does', async () => {
    const item = { sku: 'TWO-RETURNS', title: 'Tea', quantity: 2, unit_price_minor: 5_000 };
    const order = await shop.post('/orders', { customer_id: 'returns twice', items: [item] });
    for (const event of ['pay', 'process', 'ship', 'deliver']) await shop.post(`/orders/${order.id}/${event}`);
    const body = { reason: 'Stale', items: [{ order_item_id: order.items[0]?.id, quantity: 1 }] };
    const ids = [
      await shop.post(`/orders/${order.id}/returns`, body),
      await shop.post(`/orders/${order.id}/returns`, body),
    ];
    for (const { id } of ids) await shop.post(`/returns/${id}/approve`);

    const page = await shop.open('/returns/receive');
    const scan = async (code: string) => {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    };
    const asked = page.getByText('2 returns are open there.');
    const receive = page.getByRole('button', { name: 'Receive' });
    await scan('TWO-RETURNS');
    await isThere(receive);
    await scan('no such thing');
    await isThere(page.getByText('Nothing is known by this code.'));
    expect(await receive.count()).toBe(0);
    expect(await asked.count()).toBe(1);

    await scan('TWO-RETURNS');
    await receive.first().click();
    await isThere(page.getByText(/is received$/));
    expect(await asked.count()).toBe(1);
  });

  it("takes nothing in by the beginning of an order's number, nor by an article, until somebody says that it is that", async () => {
    const item = { sku: 'ONE-RETURN', title: 'Tea', quantity: 1, unit_price_minor: 5_000 };
    const delivered = async (number: string) => {
      const order = await shop.post('/orders', { customer_id: 'scans', order_number: number, items: [item] });
      for (const event of ['pay', 'process', 'ship', 'deliver']) await shop.post(`/orders/${order.id}/${event}`);
      return order;
    };
    await delivered('SCAN-17');
    const other = await delivered('SCAN-170');
    const body = { reason: 'Stale', items: [{ order_item_id: other.items[0]?.id, quantity: 1 }] };
    const { id } = await shop.post(`/orders/${other.id}/returns`, body);
    await shop.post(`/returns/${id}/approve`);

    const page = await shop.open('/returns/receive');
    const scan = async (code: string) => {
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
    };
    await scan('SCAN-17');
    await isThere(page.getByText('No return was asked for there.'));
    for (const code of ['SCAN-1', 'ONE-RETURN']) {
      await scan(code);
      await isThere(page.getByRole('heading', { name: `Which return is ${code}?` }));
    }
    const [returned] = await shop.sql<{ state: string }>('SELECT state FROM returns WHERE id = $1', [id]);
    expect(returned?.state).toBe('APPROVED');
    await scan('scan-170');
    await isThere(page.getByText(`R-${id} of SCAN-170 is received`));
  });
});

/** A paid order that was cancelled, whose refund the gateway has declined; and its row in the list of those that failed. */
async function declinedRefund() {
  await shop.declineNextRefund();
  const [order] = await shop.sql<{ id: number; order_number: string }>(
    `SELECT id, order_number FROM orders WHERE state = 'PAID' ORDER BY id LIMIT 1`,
  );
  if (!order) throw new Error('the shop has no paid order left');
  await shop.post(`/orders/${order.id}/cancel`);
  const page = await shop.open('/operations?tab=refunds&state=FAILED');
  return { orderId: order.id, page, row: page.getByRole('listitem').filter({ hasText: order.order_number }) };
}

describeConsole('a day of finance', () => {
  it('completes a return after seeing the exact refund, which arrives by itself', async () => {
    const page = await shop.open('/returns?state=RECEIVED');
    await isThere(page.getByRole('row').nth(1));
    await page.getByRole('row').filter({ hasText: 'WEB-' }).first().getByText(/^R-/).click();
    const open = page.getByRole('complementary');
    const due = await open.locator('tfoot td').innerText();
    const href = await open.getByRole('link', { name: /^WEB-/ }).getAttribute('href');
    await open.getByRole('button', { name: 'Complete and refund' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.locator('tfoot td').innerText()).toBe(due);
    await dialog.getByRole('button', { name: 'Complete and refund' }).click();
    await isThere(page.getByText('is completed.'));
    await page.goto(`${shop.url}${href ?? ''}`);
    await isThere(page.getByText('Succeeded'));
    expect(await page.getByText(`-${due}`).count()).toBeGreaterThan(0);
  });

  it('sends a refund again that the gateway declined, and it is paid', async () => {
    const { orderId, page, row } = await declinedRefund();
    await row.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
    await isThere(page.getByText('The refund is pending.'));
    await eventually('the refund is paid', async () => {
      const [refund] = await shop.sql<{ state: string }>('SELECT state FROM refunds WHERE order_id = $1', [orderId]);
      return refund?.state === 'SUCCEEDED';
    });
  });

  it('records that a refund which the gateway declined was paid elsewhere, and its order says so', async () => {
    const { orderId, page, row } = await declinedRefund();
    await row.getByRole('button', { name: 'Paid elsewhere' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Paid elsewhere' });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await breachesOf(page)).toEqual([]);
    await dialog.getByLabel('Reference of the payment').fill('NEFT N331261234567');
    await confirm.click();
    await isThere(page.getByText('The refund is succeeded.'));
    await page.goto(`${shop.url}/console/orders/${orderId}`);
    await isThere(page.getByText('Paid elsewhere: NEFT N331261234567'));
  });

  it('runs dead jobs that died alike again together', async () => {
    await shop.sql(
      `UPDATE jobs SET state = 'DEAD', last_error = 'connect ECONNREFUSED 127.0.0.1:25', attempts = 12
       WHERE id IN (SELECT id FROM jobs WHERE kind = 'invoice.render' AND state = 'DONE' ORDER BY id LIMIT 3)`,
    );
    const page = await shop.open('/today');
    await page.getByRole('link', { name: /Jobs dead/ }).click();
    await page.getByRole('button', { name: /^Run all/ }).click();
    await isThere(page.getByText('3 jobs run again.'));
    await isThere(page.getByText('No job is dead'));
  });

  it('dismisses a dead job that can never succeed, with a reason, and sees who did it', async () => {
    const [job] = await shop.sql<{ id: number; order_id: number }>(
      `UPDATE jobs SET state = 'DEAD', last_error = '550 no such user', attempts = 12
       WHERE id = (SELECT id FROM jobs WHERE kind = 'invoice.email' AND state = 'DONE' ORDER BY id LIMIT 1)
       RETURNING id, order_id`,
    );
    const page = await shop.open('/operations?tab=jobs&state=DEAD');
    const row = page.getByRole('listitem').filter({ hasText: '550 no such user' }).last();
    await row.getByRole('button', { name: 'Dismiss' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Dismiss' });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await breachesOf(page)).toEqual([]);
    await dialog.getByLabel('Reason').fill('The address is mistyped');
    await confirm.click();
    await isThere(page.getByText('The job is dismissed.'));
    await isThere(page.getByText('No job is dead'));
    await page.goto(`${shop.url}/console/orders/${job?.order_id ?? 0}`);
    await isThere(page.getByText(/^Dismissed by .*: The address is mistyped$/));
  });

  it('sees what each gateway difference means, resolves one with a reason, and has the books compared now', async () => {
    const [order] = await shop.sql<{ id: number }>(`SELECT id FROM orders WHERE state = 'PAID' ORDER BY id LIMIT 1`);
    await shop.sql(
      `INSERT INTO reconciliation_differences
         (gateway, subject, kind, order_id, our_state, our_amount_minor, our_currency, gateway_reference,
          their_amount_minor, their_currency)
       VALUES ('local', 'payment', 'amounts_differ', $1, 'CAPTURED', 45000, 'INR', 'pay_differs', 44900, 'INR'),
              ('local', 'refund', 'unknown_here', NULL, NULL, NULL, NULL, 'rf_stranger', 100, 'INR')`,
      [order?.id],
    );
    const page = await shop.open('/operations');
    await page.getByRole('link', { name: 'Gateway differences' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'pay_differs' });
    await isThere(row.getByText('Amounts differ'));
    expect(await row.innerText()).toMatch(/Here: ₹450\.00, captured[^]*There: ₹449\.00[^]*Other money moved at local/);
    expect(await row.getByRole('link').getAttribute('href')).toBe(`/console/orders/${order?.id ?? 0}`);
    expect(await breachesOf(page)).toEqual([]);

    await row.getByRole('button', { name: 'Resolve' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Resolve' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(/Reason/).fill('One rupee was written off');
    expect(await breachesOf(page)).toEqual([]);
    await confirm.click();
    await isThere(page.getByText('The difference is resolved.'));
    await row.waitFor({ state: 'detached' });
    await page.getByText('Resolved', { exact: true }).click();
    await isThere(page.getByText(/Resolved by .*One rupee was written off/));

    const [before] = await shop.sql<{ at: string }>(`SELECT coalesce(max(begun_at), 'epoch')::text AS at
                                                     FROM reconciliation_turns WHERE gateway = 'local'`);
    await page.getByRole('button', { name: 'Compare now: local' }).click();
    await isThere(page.getByText('The books of local are compared in a moment.'));
    await eventually('a worker has compared them', async () => {
      const [turn] = await shop.sql<{ done: boolean }>(
        `SELECT begun_at > $1::timestamptz AND finished_at IS NOT NULL AS done
         FROM reconciliation_turns WHERE gateway = 'local'`,
        [before?.at],
      );
      return turn?.done === true;
    });
    await isThere(page.getByText(/settled, \d+ left for a person/));
  });
});
