import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { breachesOf, isThere, NARROW } from './support/browser.ts';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();
const LEDGER = '/operations?tab=ledger';
const LINE = { sku: 'LAMP-BRASS', title: 'Brass oil lamp', quantity: 1, unit_price_minor: 10_000 };

/** A month that is over, of which there is no entry but those posted here. By UTC its days begin the evening before. */
const MARCH = `${LEDGER}&from=2025-03-01&to=2025-03-31`;
const BEFORE_MARCH = '2025-02-28T18:29:59.999Z';
const MARCH_BEGINS = '2025-02-28T18:30:00.000Z';
const MARCH_ENDS = '2025-03-31T18:29:59.999Z';
const AFTER_MARCH = '2025-03-31T18:30:00.000Z';
/** The largest amount that one entry can have been posted with: two of it come to what no number holds exactly. */
const LARGEST = '9007199254740991';

/** Who closes the books of a period sees what the API has of them, to the last unit, and takes it along. */
describeConsole('the ledger', () => {
  let transactionId = 900_000_000;
  /** A payment as it is posted, at a time of which no order can tell. */
  const post = async (currency: string, at: string, amountMinor: string) => {
    const { id } = await shop.post('/orders', { customer_id: 'books', items: [LINE] });
    transactionId += 1;
    await shop.sql(
      `INSERT INTO ledger_entries
         (order_id, transaction_id, line, account, amount_minor, currency, cause, cause_id, created_at)
       VALUES ($1, $2, 1, 'cash:elsewhere', $3, $4, 'order.pay', $1, $5),
              ($1, $2, 2, 'receivable', -$3::bigint, $4, 'order.pay', $1, $5)`,
      [id, transactionId, amountMinor, currency, at],
    );
  };
  const balanceIn = (page: Page, currency: string) =>
    page.getByRole('region', { name: `Trial balance in ${currency}` }).getByRole('table');
  /** The sums of an account as they are read, or of all. */
  const sumsOf = async (page: Page, currency: string, account: string) => {
    const row = balanceIn(page, currency)
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: account }) });
    const cells = await row.getByRole('cell').allInnerTexts();
    return cells.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  };
  const balances = (page: Page, currency: string) =>
    page
      .locator('section')
      .filter({ has: balanceIn(page, currency) })
      .getByText('Balances: debits and credits are equal');
  const daysOf = async (page: Page) => [
    await page.getByLabel('Posted from').inputValue(),
    await page.getByLabel('Posted until').inputValue(),
  ];
  const mayNot = (page: Page, refused: readonly string[]) =>
    page.route('**/v1/me', async (route) => {
      const answer = await route.fetch();
      const me = (await answer.json()) as { readonly operations: readonly string[] };
      const operations = me.operations.filter((operation) => !refused.includes(operation));
      await route.fulfill({ response: answer, json: { ...me, operations } });
    });

  it('has of each account what it came to before the period, its debits and credits, and what it comes to, to the last digit', async () => {
    await post('KWD', BEFORE_MARCH, '1001');
    await post('KWD', MARCH_BEGINS, LARGEST);
    await post('KWD', MARCH_ENDS, LARGEST);
    await post('KWD', AFTER_MARCH, '5');
    const page = await shop.open(MARCH);
    await isThere(balances(page, 'KWD'));
    const [opening, moved, closing, nothing] = [
      'KWD 1.001',
      'KWD 1,80,14,39,85,09,481.982',
      'KWD 1,80,14,39,85,09,482.983',
      'KWD 0.000',
    ];
    expect(await sumsOf(page, 'KWD', 'cash:elsewhere')).toEqual([`${opening} Dr`, moved, nothing, `${closing} Dr`]);
    expect(await sumsOf(page, 'KWD', 'receivable')).toEqual([`${opening} Cr`, nothing, moved, `${closing} Cr`]);
    expect(await sumsOf(page, 'KWD', 'Total')).toEqual([nothing, moved, moved, nothing]);
    // Nothing is added to it any more.
    expect(await page.getByText('Provisional').count()).toBe(0);
    expect(await breachesOf(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    expect(await sumsOf(page, 'KWD', 'cash:elsewhere')).toEqual([`${opening} Dr`, moved, nothing, `${closing} Dr`]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(NARROW.width);
  });

  it('shows no sum that it cannot read to the last digit, as in a browser that keeps the text to itself', async () => {
    await post('JOD', BEFORE_MARCH, '1001');
    await post('JOD', MARCH_BEGINS, LARGEST);
    await post('JOD', MARCH_BEGINS, LARGEST);
    const page = await shop.open('/today');
    await page.addInitScript(() => {
      const parse = JSON.parse.bind(JSON);
      JSON.parse = (text: string, reviver?: (name: string, value: unknown) => unknown): unknown =>
        parse(text, reviver && ((name: string, value: unknown) => reviver(name, value)));
    });
    await page.goto(`${shop.url}/console${MARCH}`);
    await isThere(page.getByRole('alert').getByText('too large for this browser to read exactly'));
    await page.goto(`${shop.url}/console${LEDGER}&from=2025-02-01&to=2025-02-28`);
    await isThere(balances(page, 'JOD'));
    expect(await sumsOf(page, 'JOD', 'Total')).toEqual(['JOD 0.000', 'JOD 1.001', 'JOD 1.001', 'JOD 0.000']);
  });

  it('says of a period that is not over that it is provisional, and is read again when that is asked for', async () => {
    const page = await shop.open(LEDGER);
    await isThere(page.getByText('Provisional, as of'));
    await post('QAR', new Date().toISOString(), '1250');
    await page.getByRole('button', { name: 'Read again' }).click();
    await isThere(balances(page, 'QAR'));
    expect(await sumsOf(page, 'QAR', 'receivable')).toEqual(['QAR 0.00', 'QAR 0.00', 'QAR 12.50', 'QAR 12.50 Cr']);
    // That it cannot be read now takes nothing off the page.
    await page.route('**/v1/ledger/trial-balance?**', (route) =>
      route.fulfill({ status: 500, json: { code: 'internal', title: 'It failed.', detail: 'It failed here.' } }),
    );
    await page.getByRole('button', { name: 'Read again' }).click();
    await isThere(page.getByRole('alert').getByText('It failed here.'));
    await isThere(balances(page, 'QAR'));
    await page.goto(`${shop.url}/console${MARCH}`);
    await isThere(page.getByRole('alert').getByText('It failed here.'));
    await page.unroute('**/v1/ledger/trial-balance?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('says plainly where the books do not balance, by how much, and who can tell why', async () => {
    await post('OMR', MARCH_BEGINS, '7000');
    const page = await shop.open('/operations');
    await page.route('**/v1/ledger/trial-balance?**', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      const off = text.replace(
        '"debit_minor":7000,"credit_minor":7000,"balance_minor":0',
        '"debit_minor":7000,"credit_minor":6999,"balance_minor":1',
      );
      await route.fulfill({ response: answer, body: off });
    });
    await page.getByRole('link', { name: 'Ledger' }).click();
    await page.goto(`${shop.url}/console${MARCH}`);
    const verdict = page.getByRole('alert');
    await isThere(verdict);
    expect((await verdict.innerText()).replaceAll(/\s+/g, ' ')).toBe(
      'Does not balance: debits are OMR 0.001 more. roundtrip audit names the first row that is wrong.',
    );
    expect(await balances(page, 'OMR').count()).toBe(0);
    expect(await breachesOf(page)).toEqual([]);
  });

  it('is of this month, last month, this financial year or the last by a click, by the calendar of the shop', async () => {
    const page = await shop.open(LEDGER);
    // In Kolkata it is March already.
    await page.clock.setFixedTime('2027-02-28T19:00:00Z');
    await page.reload();
    await isThere(page.getByLabel('Posted from'));
    expect(await page.getByRole('radio', { name: 'This month' }).isChecked()).toBe(true);
    expect(await daysOf(page)).toEqual(['2027-03-01', '2027-03-31']);
    for (const [name, from, to] of [
      ['Last month', '2027-02-01', '2027-02-28'],
      ['This financial year', '2026-04-01', '2027-03-31'],
      ['Last financial year', '2025-04-01', '2026-03-31'],
      ['This month', '2027-03-01', '2027-03-31'],
    ] as const) {
      await page.getByText(name, { exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('from') === from && url.searchParams.get('to') === to);
      expect(await daysOf(page)).toEqual([from, to]);
    }
  });

  it('is of any days that are typed, which are in the address; and of none that end before they begin', async () => {
    const page = await shop.open(MARCH);
    const until = page.getByLabel('Posted until');
    await until.focus();
    await page.keyboard.type('03012025');
    await page.waitForURL(/to=2025-03-01/);
    // While it is typed anew the field is empty, and the period stays.
    await page.keyboard.press('Backspace');
    await page.getByLabel('Posted from').fill('2025-03-02');
    await page.waitForURL(/from=2025-03-02/);
    await until.fill('2025-03-01');
    await isThere(page.getByText('The period ends before it begins'));
    expect(await page.getByRole('button', { name: /Export/ }).count()).toBe(0);
    expect(await breachesOf(page)).toEqual([]);
    await page.reload();
    await isThere(page.getByText('The period ends before it begins'));
    // A day that there is none of is no day; nor is one without an end that the API takes.
    for (const days of ['from=2025-02-31&to=2025-03-31', 'from=2025-13-01&to=9999-12-31']) {
      await page.goto(`${shop.url}/console${LEDGER}&${days}`);
      await isThere(page.getByRole('button', { name: /Export/ }));
      expect(await page.getByRole('radio', { name: 'This month' }).isChecked()).toBe(true);
    }
    // Before the first entry of all.
    await page.goto(`${shop.url}/console${LEDGER}&from=2001-01-01&to=2001-01-31`);
    await isThere(page.getByText('Nothing was posted until then'));
    expect(await breachesOf(page)).toEqual([]);
  });

  it('is saved as the file that the API makes of the period, which says when it may still grow', async () => {
    await post('BHD', MARCH_ENDS, LARGEST);
    const page = await shop.open(MARCH);
    const save = async () => {
      const saving = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export entries (CSV)' }).click();
      const download = await saving;
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
    };
    const ofApi = await fetch(`${shop.url}/v1/ledger/export.csv?from=${MARCH_BEGINS}&to=${AFTER_MARCH}`);
    expect(await save()).toEqual({ name: 'ledger.csv', text: await ofApi.text() });
    const status = page.getByRole('status').filter({ hasText: 'was saved' });
    expect(await status.innerText()).toBe('ledger.csv was saved.');

    await page.getByText('This month', { exact: true }).click();
    await status.waitFor({ state: 'detached' });
    expect((await save()).text).toContain(',INR,order.');
    expect(await status.innerText()).toContain('It is provisional');
  });

  it('that is refused as a file says why, and saves nothing', async () => {
    const page = await shop.open(MARCH);
    let isSaved = false;
    page.on('download', () => {
      isSaved = true;
    });
    await page.route(
      '**/v1/ledger/export.csv?**',
      (route) =>
        route.fulfill({
          status: 429,
          contentType: 'application/problem+json',
          json: { code: 'rate.limited', title: 'Too many', detail: 'Too many requests. Try again in 7 s.' },
        }),
      { times: 1 },
    );
    const button = page.getByRole('button', { name: 'Export entries (CSV)' });
    await button.click();
    const alert = page.getByRole('alert').filter({ hasText: 'The ledger was not exported' });
    await isThere(alert.getByText('Too many requests. Try again in 7 s.'));
    // What breaks off on its way is no file either.
    await page.route('**/v1/ledger/export.csv?**', (route) => route.abort(), { times: 1 });
    await button.click();
    await isThere(page.getByText('The server does not answer.'));
    expect(isSaved).toBe(false);
  });

  it('is found by the palette, and is there for nobody whose role may not read it', async () => {
    const page = await shop.open('/today');
    const find = async () => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('balance');
    };
    await find();
    await isThere(page.getByRole('option', { name: 'Ledger: trial balance and export' }));
    await page.keyboard.press('Enter');
    await isThere(page.getByRole('link', { name: 'Ledger' }).and(page.locator('[aria-current="page"]')));

    await mayNot(page, ['exportLedger']);
    await page.reload();
    await isThere(balanceIn(page, 'INR'));
    expect(await page.getByRole('button', { name: /Export/ }).count()).toBe(0);
    await page.unroute('**/v1/me');

    await mayNot(page, ['getTrialBalance', 'getOrderLedger', 'exportLedger']);
    await page.goto(`${shop.url}/console/operations`);
    await isThere(page.getByRole('link', { name: 'Gateway differences' }));
    expect(await page.getByRole('link', { name: 'Ledger' }).count()).toBe(0);
    await find();
    await isThere(page.getByText('Nothing begins with'));
  });

  it('of one order is below its money, each entry on the side that it is on, for whoever asks to see it', async () => {
    const { id } = await shop.post('/orders', { customer_id: 'statement', items: [LINE] });
    await shop.post(`/orders/${id}/pay`);
    const page = await shop.open(`/orders/${id}`);
    await page.getByRole('button', { name: 'Show the ledger' }).click();
    const entry = (account: string) => page.locator('dt', { hasText: account }).locator('+ dd');
    await isThere(entry('receivable'));
    expect(await entry('cash:elsewhere').innerText()).toBe('₹100.00 Dr');
    expect(await entry('receivable').innerText()).toBe('₹100.00 Cr');
  });
});
