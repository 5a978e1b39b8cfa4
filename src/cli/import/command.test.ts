import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiStandIn } from './api-stand-in.ts';
import { runImport, type ImportOptions } from './command.ts';

const CSV = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,MUG,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
1,B,JUG,2,2010-12-01 08:26:00,1000.0,17850.0,United Kingdom
2,A,,1,2010-12-01 08:26:00,2.1,,France
3,A,damaged,-1,2010-12-01 08:26:00,0.0,,United Kingdom
C4,A,MUG,-2,2010-12-01 09:26:00,2.55,17850.0,United Kingdom
C4,A,MUG,-1,2010-12-01 09:26:00,2.55,17850.0,United Kingdom
C5,D,Discount,-1,2010-12-01 09:26:00,27.5,14527.0,United Kingdom
`;
const SUMMARY = {
  rows: 7,
  orders: 2,
  order_lines: 3,
  gross_minor: 201_740,
  returns: 1,
  return_lines: 2,
  returned_units: 3,
  refund_minor: 765,
  rejected: { not_a_sale: 1, no_matching_order_line: 1 },
  invoices_rendered: 2,
  refunds_succeeded: 1,
};

let api: ApiStandIn;
let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'roundtrip-import-'));
  file = path.join(folder, 'shop.csv');
  await writeFile(file, CSV);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  api = await ApiStandIn.start();
});
afterEach(async () => {
  await api.close();
});

async function run(changes: Partial<ImportOptions> = {}): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runImport({
    file,
    format: 'online-retail',
    url: api.url,
    json: true,
    wait: false,
    waitTimeoutSeconds: 30,
    stdout,
    stderr,
    signal: new AbortController().signal,
    backOff: { baseMs: 0, capMs: 0 },
    ...changes,
  });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('an import', () => {
  test('with --wait ends when every invoice is rendered and every refund settled, and prints one JSON object', async () => {
    let looks = 0;
    api.onRequest = (request) => {
      if (request.endsWith('/invoice')) looks += 1;
      if (looks === 3) api.runJobs('accept');
      return undefined;
    };
    const { code, out, err } = await run({ wait: true });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({ ...SUMMARY, seconds: expect.any(Number) as unknown });
    expect(out.trimEnd()).not.toContain('\n');
    expect(looks).toBeGreaterThanOrEqual(3);
  });

  test('without --wait tells what is so at its end, and a second run tells what has become of it', async () => {
    const first = await run();
    expect(JSON.parse(first.out)).toMatchObject({ ...SUMMARY, invoices_rendered: 0, refunds_succeeded: 0 });
    api.runJobs('accept');
    const second = await run();
    expect(JSON.parse(second.out)).toMatchObject(SUMMARY);
    expect(api.effects).toHaveLength(15);
  });

  test('prints a table for people', async () => {
    api.onRequest = (request) => {
      if (request.endsWith('/invoice')) api.runJobs('accept');
      return undefined;
    };
    const { out } = await run({ json: false });
    expect(out).toMatch(/^rows +7\norders +2\norder lines +3\ngross +£2,017\.40\n/);
    expect(out).toMatch(/^rejected: not_a_sale +1$/m);
    expect(out).toMatch(/^refunded +£7\.65$/m);
  });

  test('shows its progress on a terminal only, and there apart from the result', async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const { code, out } = await run({ stderr });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ orders: 2 });
    stderr.end();
    expect(await text(stderr)).toContain('orders');
  });

  test('takes a declined refund for an end, and names it', async () => {
    api.onRequest = (request) => {
      if (request.endsWith('/invoice')) api.runJobs('decline');
      return undefined;
    };
    const { code, out, err } = await run({ wait: true });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ invoices_rendered: 2, refunds_succeeded: 0 });
    expect(err).toMatch(/^declined by the payment gateway: refund \d+ of order 1\n$/);
  });

  test('that waited long enough prints what it has, names what is open and exits with 1', async () => {
    const { code, out, err } = await run({ wait: true, waitTimeoutSeconds: 0.05 });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ orders: 2, invoices_rendered: 0 });
    expect(err).toMatch(/^error: after 0\.05 s still open: invoice of order [12], .*refund \d+ of order 1.*\n$/);
  });

  test('that is interrupted says how to go on and exits with 130', async () => {
    const stop = new AbortController();
    api.onRequest = (request) => {
      if (request.endsWith('/ship')) stop.abort();
      return undefined;
    };
    const { code, out, err } = await run({ signal: stop.signal });
    expect({ code, out, err }).toEqual({
      code: 130,
      out: '',
      err: 'interrupted; the same command goes on from here\n',
    });
  });
});

describe('one clear line and no import', () => {
  test.each<[string, number, Partial<ImportOptions>, RegExp]>([
    ['an unknown format', 2, { format: 'excel' }, /^error: unknown format "excel"; known: online-retail\n$/],
    ['an address that is none', 2, { url: 'localhost:8000' }, /^error: --url must be an address such as .*\n$/],
    ['a wait of no length', 2, { waitTimeoutSeconds: Number.NaN }, /^error: --wait-timeout must be a number .*\n$/],
    ['a missing file', 1, { file: '/nowhere/shop.csv' }, /^error: cannot read \/nowhere\/shop\.csv: ENOENT.*\n$/],
  ])('for %s, exit code %d', async (_what, code, changes, message) => {
    const result = await run(changes);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
    expect(result.out).toBe('');
    expect(api.effects).toEqual([]);
  });

  test('for a file with one wrong row, which it names', async () => {
    const wrong = path.join(folder, 'wrong.csv');
    await writeFile(wrong, CSV.replace('2.1', 'two'));
    const { code, err } = await run({ file: wrong });
    expect({ code, err }).toEqual({ code: 1, err: 'error: line 4: UnitPrice must be a decimal number, not "two"\n' });
    expect(api.effects).toEqual([]);
  });

  test('for an order of more lines than the API takes', async () => {
    const [header = '', line = ''] = CSV.split('\n');
    const long = path.join(folder, 'long.csv');
    await writeFile(long, [header, ...Array<string>(2_001).fill(line)].join('\n'));
    const { code, err } = await run({ file: long });
    expect({ code, err }).toEqual({ code: 1, err: 'error: order 1 has 2001 lines; at most 2000 fit\n' });
    expect(api.effects).toEqual([]);
  });

  test('where nobody listens, at once and with the address', async () => {
    const port = await freePort();
    const { code, err } = await run({ url: `http://127.0.0.1:${port}` });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: no answer from http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); is Roundtrip started there\?\n$/,
    );
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
