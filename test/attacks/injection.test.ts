import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { operationsOf } from '../support/fuzz/requests.ts';
import { newOrder, placeOrder, type OrderJson, type PageJson, type ProblemJson } from '../support/shop/shop.ts';

const api = useApi();

const SQL = [
  `' OR '1'='1`,
  `'; DROP TABLE orders; --`,
  `x' UNION SELECT secret::text FROM webhook_endpoints --`,
  `'); SELECT pg_sleep(10); --`,
  `$1`,
  `\\'; SELECT 1 --`,
  `%' OR TRUE --`,
];
const TEMPLATES = [
  '${7*7}',
  '{{7*7}}',
  '#{7*7}',
  '<%= 7*7 %>',
  '${jndi:ldap://127.0.0.1/a}',
  '{{constructor.constructor("x")()}}',
  '%s%n',
];
const HTML = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', 'javascript:alert(1)'];

let placed: OrderJson[];
beforeAll(async () => {
  placed = [await placeOrder(api), await placeOrder(api)];
});

describe('a hostile text', () => {
  it.for([...SQL, ...TEMPLATES, ...HTML])('is kept as it is, and means nothing: %s', async (text) => {
    const order = await placeOrder(api, {
      customer_id: text,
      items: [{ sku: text, title: text, quantity: 1, unit_price_minor: 100 }],
    });
    const read = await api.get(`/v1/orders/${order.id}`);
    expect(read.json()).toMatchObject({ customer_id: text, items: [{ sku: text, title: text }] });
    expect(read.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(read.headers['x-content-type-options']).toBe('nosniff');
    const found = await api.get(`/v1/orders?customer_id=${encodeURIComponent(text)}`);
    expect(found.json<PageJson<OrderJson>>().data.map(({ id }) => id)).toEqual([order.id]);
  });

  it.for(SQL)('asks a list for nothing but itself: %s', { timeout: 5_000 }, async (text) => {
    const value = encodeURIComponent(text);
    for (const filter of ['customer_id', 'order_number', 'sku']) {
      const answer = await api.get(`/v1/orders?${filter}=${value}-none`);
      if (answer.statusCode === 200) expect(answer.json<PageJson<OrderJson>>().data).toEqual([]);
      else expect(answer.statusCode).toBe(400);
    }
    for (const query of [`state=${value}`, `after=${value}`, `limit=${value}`, `created_from=${value}`]) {
      expect((await api.get(`/v1/orders?${query}`)).statusCode).toBe(400);
    }
  });

  it('leaves every order where it was', async () => {
    for (const { id } of placed) expect((await api.get(`/v1/orders/${id}`)).statusCode).toBe(200);
  });
});

describe('a prototype', () => {
  const POLLUTIONS = [
    '{"__proto__": {"polluted": true}}',
    '{"constructor": {"prototype": {"polluted": true}}}',
    '{"items": [{"__proto__": {"polluted": true}}], "customer_id": "c"}',
    '{"customer_id": {"__proto__": {"polluted": true}}, "items": []}',
    '{"\\u005f_proto__": {"polluted": true}}',
    '[{"__proto__": {"polluted": true}}]',
  ];

  it('is reached by no body, query or header, of any operation', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const { method, path } of operationsOf(api.contract.document)) {
      const url = path.replaceAll(/\{\w+\}/g, String(placed[0]?.id));
      const queried = await api.send({
        method,
        url: `${url}?__proto__[polluted]=1&constructor[prototype][polluted]=1&__proto__=1`,
        payload: method === 'GET' || method === 'DELETE' ? undefined : {},
      });
      expect(queried.statusCode).toBeLessThan(500);
      if (method === 'GET' || method === 'DELETE') continue;
      for (const payload of POLLUTIONS) {
        const headers = { 'content-type': 'application/json' };
        expect((await api.send({ method, url, payload, headers })).statusCode).toBe(400);
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a cursor that is forged, or of another list', () => {
  const forged = ['', 'MQ', 'null', '..', 'LTEuMQ', cursor('orders 1.1 OR 1=1'), cursor('1.1'), 'x'.repeat(101)];
  const lists = () =>
    operationsOf(api.contract.document).filter(({ method, operation }) => {
      return method === 'GET' && operation.parameters?.some(({ name }) => name === 'after');
    });

  it('is refused by every list, and named', async () => {
    expect(lists().length).toBeGreaterThan(6);
    const { next } = (await api.get('/v1/orders?limit=1')).json<PageJson<OrderJson>>();
    for (const { path, operation } of lists()) {
      const needed = (operation.parameters ?? [])
        .filter((each) => each.in === 'query' && each.required)
        .map(({ name }) => `&${name}=1`)
        .join('');
      const url = path.replaceAll(/\{\w+\}/g, String(placed[0]?.id));
      for (const after of [...forged, ...(path === '/v1/orders' ? [] : [String(next)])]) {
        const answer = await api.get(`${url}?after=${encodeURIComponent(after)}${needed}`);
        expect(answer.json<ProblemJson>(), `${path} ${after}`).toMatchObject({
          status: 400,
          errors: [{ field: 'after' }],
        });
      }
    }
  });

  it('of a time that never was shows no more than the list itself does', async () => {
    const foreign = cursor(`orders ${Date.parse('2100-01-01')}.9007199254740991`);
    const page = (await api.get(`/v1/orders?customer_id=nobody-at-all&after=${foreign}`)).json<PageJson<OrderJson>>();
    expect(page).toEqual({ data: [], next: null });
  });
});

function cursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

it('an order number that is a path or a header is a text like any other', async () => {
  for (const text of ['../../../etc/passwd', 'a\r\nSet-Cookie: x=1', 'a%00b']) {
    const answer = await api.post('/v1/orders', newOrder({ order_number: text }));
    expect([201, 400]).toContain(answer.statusCode);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});
