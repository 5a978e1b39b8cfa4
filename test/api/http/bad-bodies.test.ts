import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { deliveredOrder, KURTA, newOrder, type OrderJson, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();
const A_DAY_MS = 24 * 60 * 60 * 1_000;
const JSON_TYPE = { 'content-type': 'application/json' };

const orderWith = (fields: object) => JSON.stringify(newOrder(fields));
const itemWith = (fields: object) => orderWith({ items: [{ ...KURTA, ...fields }] });
/** An order whose only item has this price, as it is written. */
const priced = (literal: string) =>
  `{"customer_id":"c","items":[{"sku":"A","title":"A","quantity":1,"unit_price_minor":${literal}}]}`;
const quoted = (text: string) => `{"customer_id":"${text}","items":[]}`;
const nested = (depth: number) => `{"customer_id":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

const PRICE = 'items[0].unit_price_minor';

const malformed: readonly (readonly [what: string, body: string | Buffer, field: string])[] = [
  ['a body cut short', '{"customer_id":', ''],
  ['two values', '{} {}', ''],
  ['a comment', '{/* */}', ''],
  ['a trailing comma', '{"customer_id":"c",}', ''],
  ['NaN', priced('NaN'), ''],
  ['a byte order mark', '\uFEFF{}', ''],
  ['a lone quote', '"', ''],
  ['invalid UTF-8', Buffer.from([...Buffer.from('{"customer_id":"'), 0xff, ...Buffer.from('"}')]), ''],
  ['UTF-8 of a surrogate', Buffer.from('{"customer_id":"\xed\xa0\x80"}', 'latin1'), ''],
  ['half a surrogate pair', quoted('\\ud800'), 'customer_id'],
  ['the wrong half of a surrogate pair', quoted('\\udc00\\ud800'), 'customer_id'],
  ['U+0000 in a text', quoted('a\\u0000b'), 'customer_id'],
  ['U+0000 in a key', '{"a\\u0000":1}', 'a\0'],
  ['a key given twice', '{"customer_id":"a","customer_id":"b","items":[]}', 'customer_id'],
  ['a key given twice, once escaped', '{"customer_id":"a","customer\\u005fid":"b"}', 'customer_id'],
  ['a key given twice, deep inside', '{"items":[{"sku":"A"},{"sku":"A","sku":"B"}]}', 'items[1].sku'],
  ['__proto__', '{"__proto__":{"customer_id":"c"}}', '__proto__'],
  ['__proto__, escaped', '{"items":[{"\\u005f_proto__":1}]}', 'items[0].__proto__'],
  ['1e400', priced('1e400'), PRICE],
  ['-1e400', priced('-1e400'), PRICE],
  ['2^53', priced('9007199254740992'), PRICE],
  ['2^53 + 1', priced('9007199254740993'), PRICE],
  ['-2^53', priced('-9007199254740992'), PRICE],
  ['a number past bigint', priced('92233720368547758080'), PRICE],
  ['2^53 in an unknown place', '{"a":[1,9007199254740992]}', 'a[1]'],
  ['a fraction too fine to keep', priced('100.00000000000000000001'), PRICE],
  ['a fraction so small that it reads as nothing', priced('1e-400'), PRICE],
  ['2^53 - 1 and a fraction', priced('9007199254740990.6'), PRICE],
  [
    '201 fields in an object',
    JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`f${i}`, i]))),
    '',
  ],
  ['10,001 elements in an array', JSON.stringify({ items: Array(10_001).fill(0) }), 'items'],
  ['33 levels', nested(33), `customer_id${'[0]'.repeat(31)}`],
  ['a million levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, '[0]'.repeat(32)],
  ['10,000 levels of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, Array(32).fill('a').join('.')],
];

const invalid: readonly (readonly [what: string, body: string, field: string])[] = [
  ['null', 'null', ''],
  ['an array', '[]', ''],
  ['a text', '"order"', ''],
  ['a number', '1', ''],
  ['true', 'true', ''],
  ['no body', '', 'customer_id'],
  ['32 levels', nested(32), 'items'],
  ['no customer', '{"items":[]}', 'customer_id'],
  ['no items', '{"customer_id":"c"}', 'items'],
  ['zero items', orderWith({ items: [] }), 'items'],
  ['2,001 items', orderWith({ items: Array(2_001).fill(KURTA) }), 'items'],
  ['items that are no list', orderWith({ items: { 0: KURTA } }), 'items'],
  ['an item that is null', orderWith({ items: [KURTA, null] }), 'items[1]'],
  ['an unknown field', orderWith({ colour: 'red' }), 'colour'],
  ['an unknown field of an item', itemWith({ colour: 'red' }), 'items[0].colour'],
  ['a computed field', orderWith({ total_minor: 1 }), 'total_minor'],
  ['a state', orderWith({ state: 'PAID' }), 'state'],
  ['an id', orderWith({ id: 7 }), 'id'],
  ['a field called constructor', orderWith({ constructor: {} }), 'constructor'],
  ['a field called toString', orderWith({ toString: 'x' }), 'toString'],
  [
    'a hundred unknown fields',
    JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]))),
    'f0',
  ],
  ['an empty customer', orderWith({ customer_id: '' }), 'customer_id'],
  ['a customer of spaces', orderWith({ customer_id: '   ' }), 'customer_id'],
  ['a customer with a space behind it', orderWith({ customer_id: 'customer-42 ' }), 'customer_id'],
  ['a time two days ahead', orderWith({ placed_at: new Date(Date.now() + 2 * A_DAY_MS).toISOString() }), 'placed_at'],
  ['the last time of all', orderWith({ placed_at: '9999-12-31T23:59:59.999Z' }), 'placed_at'],
  ['a customer of 201 characters', orderWith({ customer_id: 'é'.repeat(201) }), 'customer_id'],
  ['a customer of two million characters', orderWith({ customer_id: 'c'.repeat(2_000_000) }), 'customer_id'],
  ['a customer that is a number', orderWith({ customer_id: 7 }), 'customer_id'],
  ['an empty order number', orderWith({ order_number: '' }), 'order_number'],
  ['an order number with a space at its end', orderWith({ order_number: 'A ' }), 'order_number'],
  ['an order number of 65 characters', orderWith({ order_number: 'A'.repeat(65) }), 'order_number'],
  ['an order number that is null', orderWith({ order_number: null }), 'order_number'],
  ['a currency in small letters', orderWith({ currency: 'inr' }), 'currency'],
  ['a currency of four letters', orderWith({ currency: 'INRR' }), 'currency'],
  ['a currency with a line break', orderWith({ currency: 'INR\n' }), 'currency'],
  ['a quantity of zero', itemWith({ quantity: 0 }), 'items[0].quantity'],
  ['a quantity below zero', itemWith({ quantity: -1 }), 'items[0].quantity'],
  ['half a unit', itemWith({ quantity: 0.5 }), 'items[0].quantity'],
  ['a quantity past 2^31', itemWith({ quantity: 2_147_483_648 }), 'items[0].quantity'],
  ['a quantity in quotes', itemWith({ quantity: '1' }), 'items[0].quantity'],
  ['a price below zero', itemWith({ unit_price_minor: -1 }), PRICE],
  ['a fraction of a minor unit', itemWith({ unit_price_minor: 129_900.5 }), PRICE],
  ['a price in quotes', itemWith({ unit_price_minor: '129900' }), PRICE],
  ['a price that is null', itemWith({ unit_price_minor: null }), PRICE],
  ['an empty SKU', itemWith({ sku: '' }), 'items[0].sku'],
  ['a SKU of 101 characters', itemWith({ sku: 'S'.repeat(101) }), 'items[0].sku'],
  ['a title of 1,001 characters', itemWith({ title: 'T'.repeat(1_001) }), 'items[0].title'],
];

const emails = ['asha', 'asha@', '@example.com', 'a b@example.com', 'asha@example..com', 'a@b@c', '', ' a@example.com'];
const controlled = ['"a\r\nBcc: all"@example.com', '"a\u007f"@example.com', 'asha@example.com\n'];
const times = [
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-04-01T24:00:00Z',
  '2026-04-01T09:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-04-01',
  '2026-04-01T09:30:00',
  '2026-04-01 09:30:00Z',
  '2026-04-01T09:30:00Z[Europe/London]',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  'infinity',
  'now',
  '',
];

let delivered: OrderJson;
beforeAll(async () => {
  delivered = await deliveredOrder(api);
});

describe('a body that is not taken', () => {
  it.for(malformed)('is one with %s: 400, naming where', async ([, body, field]) => {
    const answer = await api.post('/v1/orders', body, JSON_TYPE);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'request.malformed', errors: [{ field }] });
  });

  const fields = [
    ...invalid,
    ...[...emails, ...controlled].map(
      (email) =>
        [
          `the e-mail address ${JSON.stringify(email)}`,
          orderWith({ customer_email: email }),
          'customer_email',
        ] as const,
    ),
    ...times.map((time) => [`the time ${time}`, orderWith({ placed_at: time }), 'placed_at'] as const),
  ];
  it.for(fields)('is %s: 400, naming the field', async ([, body, field]) => {
    const answer = await api.post('/v1/orders', body, JSON_TYPE);
    expect(answer.statusCode).toBe(400);
    const { code, errors } = answer.json<ProblemJson>();
    expect(code).toBe('request.invalid');
    expect(errors?.map((error) => error.field)).toContain(field);
  });

  const returns = [
    ['no reason', (id?: number) => ({ items: [{ order_item_id: id, quantity: 1 }] }), 'reason'],
    ['zero items', () => ({ reason: 'r', items: [] }), 'items'],
    [
      '2,001 items',
      (id?: number) => ({ reason: 'r', items: Array(2_001).fill({ order_item_id: id, quantity: 1 }) }),
      'items',
    ],
    [
      'a quantity of zero',
      (id?: number) => ({ reason: 'r', items: [{ order_item_id: id, quantity: 0 }] }),
      'items[0].quantity',
    ],
    [
      'an id in quotes',
      (id?: number) => ({ reason: 'r', items: [{ order_item_id: `${id ?? 0}`, quantity: 1 }] }),
      'items[0].order_item_id',
    ],
    ['a reason of 1,001 characters', () => ({ reason: 'r'.repeat(1_001), items: [] }), 'reason'],
    [
      'a refund amount',
      (id?: number) => ({ reason: 'r', amount_minor: 1, items: [{ order_item_id: id, quantity: 1 }] }),
      'amount_minor',
    ],
  ] as const;
  it.for(returns)('of a return is one with %s: 400, naming the field', async ([, body, field]) => {
    const answer = await api.post(`/v1/orders/${delivered.id}/returns`, body(delivered.items[0]?.id));
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>().errors?.map((error) => error.field)).toContain(field);
  });

  it.for([{ reason: '' }, { reason: 7 }, { reason: null }, { why: 'x' }, [], 'text'])(
    'of a move is %j: 400',
    async (body) => {
      const answer = await api.post(`/v1/orders/${delivered.id}/cancel`, JSON.stringify(body), JSON_TYPE);
      expect(answer.statusCode).toBe(400);
    },
  );

  it('is one over 2 MiB: 413; one that fits is read', async () => {
    const limit = 2 * 1024 * 1024;
    const within = await api.post('/v1/orders', `{}${' '.repeat(limit - 2)}`, JSON_TYPE);
    expect(within.statusCode).toBe(400);
    const over = await api.post('/v1/orders', `{}${' '.repeat(limit - 1)}`, JSON_TYPE);
    expect(over.statusCode).toBe(413);
    expect(over.json<ProblemJson>()).toMatchObject({ code: 'request.too_large', detail: 'The body is over 2048 KiB.' });
  });

  it.for(['/v1/session', '/v1/one-time-link', '/v1/one-time-link/setup', '/v1/one-time-link/password'])(
    'is one over 16 KiB to %s, which is open to everyone: 413; one that fits is read',
    async (url) => {
      const limit = 16 * 1024;
      const within = await api.post(url, `{}${' '.repeat(limit - 2)}`, JSON_TYPE);
      expect(within.statusCode).toBe(400);
      const over = await api.post(url, `{}${' '.repeat(limit - 1)}`, JSON_TYPE);
      expect(over.statusCode).toBe(413);
      expect(over.json<ProblemJson>()).toMatchObject({ code: 'request.too_large', detail: 'The body is over 16 KiB.' });
    },
  );

  it('is a webhook of a gateway over 512 KiB: 413', async () => {
    const signed = { ...JSON_TYPE, 'roundtrip-signature': 't=1,v1=00' };
    const over = await api.post('/v1/webhooks/local', ' '.repeat(512 * 1024 + 1), signed);
    expect(over.statusCode).toBe(413);
    expect(over.json<ProblemJson>().detail).toBe('The body is over 512 KiB.');
  });

  it.for([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'json',
    '',
  ])('is one of type "%s": 415', async (type) => {
    for (const url of ['/v1/orders', `/v1/orders/${delivered.id}/cancel`]) {
      const answer = await api.post(url, Buffer.from('{}'), { 'content-type': type });
      expect(answer.statusCode).toBe(415);
      expect(answer.json<ProblemJson>().code).toBe('request.unsupported_media_type');
    }
  });
});

describe('a body that is unusual and right', () => {
  it('keeps texts of any script to their limit in characters', async () => {
    const texts = { customer_id: '𝒜'.repeat(200), order_number: `🛍️${'é'.repeat(61)}` };
    const item = { ...KURTA, sku: 'ß'.repeat(100), title: `<img onerror=alert(1)> \u202E${'ک'.repeat(900)}` };
    const answer = await api.post('/v1/orders', newOrder({ ...texts, items: [item] }));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ ...texts, items: [{ sku: item.sku, title: item.title }] });
  });

  it('takes numbers however they are written, as long as they are whole', async () => {
    for (const [literal, value] of [
      ['1.50e2', 150],
      ['100.0', 100],
      ['-0', 0],
      ['0.0e9', 0],
      ['1200e-2', 12],
    ] as const) {
      const answer = await api.post('/v1/orders', priced(literal), JSON_TYPE);
      expect(answer.json<OrderJson>().total_minor, literal).toBe(value);
    }
  });

  it.for([
    new Date(Date.now() + A_DAY_MS / 2).toISOString(),
    '0001-01-01T00:00:00Z',
    '2026-04-01t09:30:00z',
    '2026-04-01T09:30:00.123456789Z',
  ])('takes the time %s', async (placed_at) => {
    const answer = await api.post('/v1/orders', newOrder({ placed_at }));
    expect(answer.statusCode).toBe(201);
    expect(answer.json<OrderJson>().placed_at).toBe(new Date(placed_at.toUpperCase()).toISOString());
  });
});

it('none of all this is logged as our failure', () => {
  expect(api.log.length).toBeGreaterThan(100);
  expect(api.log.filter(({ level }) => level !== 'info')).toEqual([]);
});
