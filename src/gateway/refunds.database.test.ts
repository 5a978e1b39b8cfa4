import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway, type BookedJson } from '../../test/support/servers/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const REFUND = { reference: 'refund-7', amount_minor: 129_900, currency: 'INR', reason: 'Too small' };

beforeEach(async () => {
  await gateway.switchOff();
  await database.pool.query('TRUNCATE gateway.refunds');
});

describe('paying back', () => {
  test('books the refund and answers with it', async () => {
    const answer = await gateway.refund(REFUND, 'key-1');
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^rf_[0-9a-f]{24}$/) as unknown,
      reference: 'refund-7',
      idempotency_key: 'key-1',
      payment_id: null,
      amount_minor: 129_900,
      currency: 'INR',
      status: 'succeeded',
      decline_code: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
    });
    expect(await gateway.books()).toMatchObject([{ idempotency_key: 'key-1', amount_minor: 129_900 }]);
  });

  test('the same key and request again gets the same answer, marked as replayed, and books nothing', async () => {
    const first = await gateway.refund(REFUND, 'key-1');
    const second = await gateway.refund(REFUND, 'key-1');
    expect(second.statusCode).toBe(201);
    expect(second.body).toBe(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await gateway.books()).toHaveLength(1);
  });

  test.each([
    ['amount', { amount_minor: 129_901 }],
    ['currency', { currency: 'USD' }],
    ['reference', { reference: 'refund-8' }],
    ['reason', { reason: 'Too large' }],
    ['reason left out', { reason: undefined }],
  ])('the same key with another %s is refused, and the first stays as it is', async (_name, change) => {
    await gateway.refund(REFUND, 'key-1');
    const answer = await gateway.refund({ ...REFUND, ...change }, 'key-1');
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'idempotency.key_reused', status: 422 });
    expect(await gateway.books()).toMatchObject([{ reference: 'refund-7', amount_minor: 129_900, currency: 'INR' }]);
  });

  test('another key is another refund, whatever else is the same', async () => {
    await gateway.refund(REFUND, 'key-1');
    expect((await gateway.refund(REFUND, 'key-2')).statusCode).toBe(201);
    expect(await gateway.books()).toHaveLength(2);
  });

  test('fifty requests at once with one key book one refund and get one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.refund(REFUND, 'key-1')));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    expect(await gateway.books()).toHaveLength(1);
  });

  test('of two different requests at once with one key, one is booked and the other refused', async () => {
    const answers = await Promise.all([
      gateway.refund(REFUND, 'key-1'),
      gateway.refund({ ...REFUND, amount_minor: 1 }, 'key-1'),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 422]);
    expect(await gateway.books()).toHaveLength(1);
  });

  test('a declined refund is a 402 with its code, and stays declined under its key when the fault is over', async () => {
    await gateway.switchOn({ mode: 'decline', times: 1 });
    const first = await gateway.refund(REFUND, 'key-1');
    expect(first.statusCode).toBe(402);
    expect(first.json()).toMatchObject({ code: 'refund.declined', decline_code: 'do_not_honour' });
    const second = await gateway.refund(REFUND, 'key-1');
    expect([second.statusCode, second.body]).toEqual([402, first.body]);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await gateway.refund(REFUND, 'key-2')).statusCode).toBe(201);
    expect((await gateway.books()).map(({ status }) => status)).toEqual(['declined', 'succeeded']);
  });

  test('a key is needed, of 1 to 255 characters', async () => {
    for (const key of [undefined, '', 'k'.repeat(256)]) {
      const answer = await gateway.refund(REFUND, key);
      expect(answer.statusCode, key).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'request.invalid', errors: [{ field: 'idempotency-key' }] });
    }
    expect((await gateway.refund(REFUND, 'k'.repeat(255))).statusCode).toBe(201);
    expect(await gateway.books()).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['a NUL', '{"reference":"a\\u0000b","amount_minor":1,"currency":"INR"}', 'reference'],
    ['half a surrogate pair', '{"reference":"a\\ud800","amount_minor":1,"currency":"INR"}', 'reference'],
    ['an empty reference', '{"reference":"","amount_minor":1,"currency":"INR"}', 'reference'],
    ['a long reference', `{"reference":"${'r'.repeat(201)}","amount_minor":1,"currency":"INR"}`, 'reference'],
    ['no reference', '{"amount_minor":1,"currency":"INR"}', 'reference'],
    ['2^53 + 1', '{"reference":"r","amount_minor":9007199254740993,"currency":"INR"}', 'amount_minor'],
    ['1e400', '{"reference":"r","amount_minor":1e400,"currency":"INR"}', 'amount_minor'],
    ['a fraction', '{"reference":"r","amount_minor":1.5,"currency":"INR"}', 'amount_minor'],
    ['zero', '{"reference":"r","amount_minor":0,"currency":"INR"}', 'amount_minor'],
    ['a negative amount', '{"reference":"r","amount_minor":-1,"currency":"INR"}', 'amount_minor'],
    ['an amount in text', '{"reference":"r","amount_minor":"1","currency":"INR"}', 'amount_minor'],
    ['no amount', '{"reference":"r","currency":"INR"}', 'amount_minor'],
    ['a small currency', '{"reference":"r","amount_minor":1,"currency":"inr"}', 'currency'],
    ['a currency of four', '{"reference":"r","amount_minor":1,"currency":"INRS"}', 'currency'],
    ['a reason that is null', '{"reference":"r","amount_minor":1,"currency":"INR","reason":null}', 'reason'],
    ['a computed field', '{"reference":"r","amount_minor":1,"currency":"INR","status":"succeeded"}', 'status'],
    ['__proto__', '{"reference":"r","amount_minor":1,"currency":"INR","__proto__":{"a":1}}', '__proto__'],
    ['constructor', '{"reference":"r","amount_minor":1,"currency":"INR","constructor":{"prototype":1}}', 'constructor'],
    ['a list', '[]', ''],
    ['null', 'null', ''],
  ])('a body with %s is refused, and the field is named', async (_name, body, field) => {
    const answer = await gateway.refund(body, 'key-1');
    expect(answer.statusCode, answer.body).toBe(400);
    const { code, errors } = answer.json<{ code: string; errors: { field: string }[] }>();
    expect(code).toBe('request.invalid');
    expect(errors.map((error) => error.field)).toContain(field);
    expect(await gateway.books()).toEqual([]);
  });

  test('the largest amount that is counted exactly comes back as it was sent', async () => {
    const answer = await gateway.refund({ ...REFUND, amount_minor: Number.MAX_SAFE_INTEGER }, 'key-1');
    expect(answer.json<BookedJson>().amount_minor).toBe(9_007_199_254_740_991);
  });

  test('a body that cannot be read is a 4xx problem: broken, empty, deep, over 64 KiB, not JSON', async () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const cases: [string, number, string][] = [
      ['{"reference":', 400, 'request.malformed'],
      ['', 400, 'request.malformed'],
      [deep, 400, 'request.invalid'],
      [' '.repeat(64 * 1024 + 1), 413, 'request.too_large'],
    ];
    for (const [body, status, code] of cases) {
      const answer = await gateway.refund(body, 'key-1');
      expect(answer.statusCode, answer.body).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject({ code, status });
    }
    const xml = await gateway.app.inject({
      method: 'POST',
      url: '/v1/refunds',
      headers: { 'content-type': 'text/xml', 'idempotency-key': 'key-1' },
      payload: '<refund/>',
    });
    expect([xml.statusCode, xml.json<{ code: string }>().code]).toEqual([415, 'request.unsupported_media_type']);
  });
});

describe('reading the books', () => {
  /** Books so many refunds of INR 1, 2, 3… minor units; every third one for reference `odd`. */
  async function book(count: number): Promise<BookedJson[]> {
    const booked: BookedJson[] = [];
    for (let index = 1; index <= count; index += 1) {
      const reference = index % 3 === 0 ? 'odd' : `refund-${index}`;
      booked.push((await gateway.refund({ reference, amount_minor: index, currency: 'INR' }, `key-${index}`)).json());
    }
    return booked;
  }

  interface PageJson {
    readonly data: BookedJson[];
    readonly next: number | null;
  }
  const page = async (query: string) => (await gateway.get(`/v1/refunds?${query}`)).json<PageJson>();

  test('the list goes newest first through every refund once, page by page', async () => {
    const booked = await book(7);
    const seen: BookedJson[] = [];
    let after: number | null = null;
    const sizes: number[] = [];
    do {
      const { data, next }: PageJson = await page(after === null ? 'limit=3' : `limit=3&after=${after}`);
      sizes.push(data.length);
      seen.push(...data);
      after = next;
    } while (after !== null && sizes.length < 10);
    expect(sizes).toEqual([3, 3, 1]);
    expect(seen).toEqual(booked.toReversed());
  });

  test('a page that holds exactly the last rows says that there is no other', async () => {
    await book(3);
    expect((await page('limit=3')).next).toBeNull();
  });

  test('the list is narrowed by reference and by the instant from which on', async () => {
    await book(6);
    expect((await page('reference=odd')).data.map(({ amount_minor }) => amount_minor)).toEqual([6, 3]);
    expect((await page('reference=ODD')).data).toEqual([]);
    await database.pool.query(
      `UPDATE gateway.refunds SET created_at = '2020-01-01T00:00:00Z'::timestamptz + amount_minor * interval '1 day'`,
    );
    const from = (instant: string) => page(`created_from=${encodeURIComponent(instant)}`);
    const amountsFrom = async (instant: string) => (await from(instant)).data.map(({ amount_minor }) => amount_minor);
    expect(await amountsFrom('2020-01-06T00:00:00Z')).toEqual([6, 5]);
    expect(await amountsFrom('2020-01-06T05:30:00+05:30')).toEqual([6, 5]);
    expect(await amountsFrom('2020-01-06T00:00:00.001Z')).toEqual([6]);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['after=0', 'after'],
    ['after=9007199254740993', 'after'],
    ['after=x', 'after'],
    ['created_from=yesterday', 'created_from'],
    ['created_from=2016-12-31T23:59:60Z', 'created_from'],
    ['created_from=0000-01-01T00:00:00Z', 'created_from'],
    ['created_from=0001-01-01T00:00:00%2B23:59', 'created_from'],
    ['created_from=9999-12-31T23:59:59-23:59', 'created_from'],
    ['reference=', 'reference'],
    ['reference=%00', 'reference'],
    ['reference=a&reference=b', 'reference'],
    ['state=succeeded', 'state'],
  ])('the query %s is refused, and the field is named', async (query, field) => {
    const answer = await gateway.get(`/v1/refunds?${query}`);
    expect(answer.statusCode, answer.body).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request.invalid', errors: [{ field }] });
  });

  test('one refund is read by its id; one that is not there is a 404, whatever the id looks like', async () => {
    const [booked] = await book(1);
    expect((await gateway.get(`/v1/refunds/${booked?.id}`)).json()).toEqual(booked);
    const missing = await gateway.get('/v1/refunds/rf_none');
    expect([missing.statusCode, missing.json<{ code: string }>().code]).toEqual([404, 'refund.not_found']);
    for (const id of ['%00', '%E0%A4%A', 'x'.repeat(101), "'; DROP TABLE orders; --", '__proto__']) {
      const answer = await gateway.get(`/v1/refunds/${id}`);
      expect(answer.statusCode, id).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode, id).toBeLessThan(500);
      expect(answer.headers['content-type'], id).toBe('application/problem+json; charset=utf-8');
    }
  });

  test('the totals count what was paid back, by currency, past 2^53 too, and leave out what was declined', async () => {
    expect((await gateway.get('/v1/refunds/totals')).json()).toEqual({ data: [] });
    await gateway.refund({ ...REFUND, currency: 'USD', amount_minor: 5 }, 'key-1');
    await gateway.refund({ ...REFUND, amount_minor: Number.MAX_SAFE_INTEGER }, 'key-2');
    await gateway.refund({ ...REFUND, amount_minor: Number.MAX_SAFE_INTEGER }, 'key-3');
    await gateway.switchOn({ mode: 'decline', times: 1 });
    await gateway.refund(REFUND, 'key-4');
    expect((await gateway.get('/v1/refunds/totals')).json()).toEqual({
      data: [
        { currency: 'INR', count: 2, amount_minor: '18014398509481982' },
        { currency: 'USD', count: 1, amount_minor: '5' },
      ],
    });
  });
});
