import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import {
  deliveredOrder,
  KURTA,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type OrderJson,
  type PageJson,
  type ProblemJson,
} from '../support/shop/shop.ts';

const api = useApi();

interface Row {
  readonly id: number;
  readonly created_at: string;
  readonly order_number: string;
}

async function list(url: string): Promise<PageJson<Row>> {
  const answer = await api.get(url);
  expect(answer.statusCode).toBe(200);
  return answer.json<PageJson<Row>>();
}

/** Reads a list page by page to its end; `between` runs after each page. */
async function walk(url: string, limit: number, between?: () => Promise<void>): Promise<Row[]> {
  const rows: Row[] = [];
  let after = '';
  for (let pages = 1; pages <= 1_000; pages += 1) {
    const page = await list(`${url}?limit=${limit}${after}`);
    expect(page.data.length).toBeLessThanOrEqual(limit);
    rows.push(...page.data);
    if (page.next === null) return rows;
    after = `&after=${page.next}`;
    await between?.();
  }
  throw new Error(`${url} does not end`);
}

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('walking a list', () => {
  const LONG_AGO = '2020-02-02T02:02:02.020Z';
  const EVERY_LIST = ['orders', 'returns', 'refunds', 'jobs'] as const;

  beforeAll(async () => {
    const returnable = Array.from({ length: 20 }, async () => {
      const part = await requestReturn(api, await deliveredOrder(api), 1);
      await moveReturn(api, part.id, 'approve', 'dispatch', 'receive', 'complete');
    });
    await Promise.all([...returnable, ...Array.from({ length: 480 }, () => placeOrder(api))]);
    for (const table of EVERY_LIST) await api.database.pool.query(`UPDATE ${table} SET created_at = $1`, [LONG_AGO]);
  });

  it('shows each of 500 orders of the same instant once, while new ones arrive in that instant', async () => {
    const { rows: before } = await api.database.pool.query<Row>('SELECT id FROM orders ORDER BY id DESC');
    expect(before).toHaveLength(500);
    const arrivals: number[] = [];
    const walked = await walk('/v1/orders', 37, async () => {
      const { id } = await placeOrder(api);
      await api.database.pool.query('UPDATE orders SET created_at = $2 WHERE id = $1', [id, LONG_AGO]);
      arrivals.push(id);
    });
    expect(arrivals.length).toBeGreaterThan(10);
    expect(idsOf(walked)).toEqual(idsOf(before));
  });

  it.for(EVERY_LIST)('shows each row of %s once, whatever the page', async (table) => {
    const { rows } = await api.database.pool.query<Row>(`SELECT id FROM ${table} ORDER BY created_at DESC, id DESC`);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    for (const limit of [1, 7, 200].slice(table === 'orders' ? 1 : 0)) {
      expect(idsOf(await walk(`/v1/${table}`, limit)), `limit ${limit}`).toEqual(idsOf(rows));
    }
  });

  it('shows newest first, fifty to a page unless told', async () => {
    const { id } = await placeOrder(api);
    const page = await list('/v1/orders');
    expect(page.data).toHaveLength(50);
    expect(page.data[0]?.id).toBe(id);
    const times = page.data.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it.for(EVERY_LIST)('refuses in %s a limit outside 1 to 200 and a cursor that is not its own', async (table) => {
    const faults = ['limit=0', 'limit=201', 'limit=-1', 'limit=1.5', 'limit=1e2', 'limit=', 'limit=all'];
    const others = EVERY_LIST.filter((other) => other !== table).map((other) => list(`/v1/${other}?limit=1`));
    const foreign = (await Promise.all(others)).map(({ next }) => String(next));
    const never = Buffer.from(`${table} 999999999999999.1`).toString('base64url');
    const cursors = ['x', '', 'MTIz', never, '%00', 'a'.repeat(101), ...foreign];
    for (const query of [...faults, ...cursors.map((cursor) => `after=${cursor}`), 'limit=1&limit=2']) {
      const answer = await api.get(`/v1/${table}?${query}`);
      expect(answer.statusCode, query).toBe(400);
      expect(answer.json<ProblemJson>().errors?.[0]?.field, query).toBe(query.split('=')[0]);
    }
  });
});

describe('filtering', () => {
  /** Of customers and days of their own, so that what the walks made is not in sight. */
  const orders: OrderJson[] = [];

  beforeAll(async () => {
    const items = (sku: string) => [KURTA, { ...KURTA, sku, quantity: 2 }];
    for (const [index, sku] of ['FAN', 'FAN', 'LAMP', 'LAMP'].entries()) {
      const fields = { customer_id: `filter-${index % 2}`, order_number: `FILTER-${index}`, items: items(sku) };
      orders.push(await placeOrder(api, fields));
    }
    for (const [index, order] of orders.entries()) {
      const createdAt = new Date(Date.UTC(2021, 0, 1 + index)).toISOString();
      await api.database.pool.query('UPDATE orders SET created_at = $2 WHERE id = $1', [order.id, createdAt]);
      await moveOrder(api, order.id, 'pay', 'process', 'ship', 'deliver');
      const answer = await api.post(`/v1/orders/${order.id}/returns`, {
        reason: 'Broken',
        items: [{ order_item_id: order.items[1]?.id, quantity: 1 }],
      });
      const { id } = answer.json<Row>();
      await api.database.pool.query('UPDATE returns SET created_at = $2 WHERE id = $1', [id, createdAt]);
      if (index < 2) await moveReturn(api, id, 'approve');
    }
    await moveOrder(api, (await placeOrder(api, { customer_id: 'filter-0', order_number: 'FILTER-4' })).id, 'pay');
  });

  const both: readonly (readonly [query: string, found: readonly number[]])[] = [
    ['order_number=FILTER-2', [2]],
    ['order_number=filter-2', []],
    ['sku=FAN', [1, 0]],
    ['sku=FAN&customer_id=filter-1', [1]],
    ['created_from=2021-01-02T00:00:00Z&created_to=2021-01-04T00:00:00Z', [2, 1]],
    ['created_from=2021-01-02T00:00:00.001Z&created_to=2021-01-03T00:00:00.001Z', [2]],
    ['created_from=2021-01-02T05:30:00%2B05:30&created_to=2021-01-03T05:30:00%2B05:30', [1]],
    ['created_to=2019-01-01T00:00:00Z', []],
    [`customer_id=${encodeURIComponent("' OR true --")}`, []],
  ];
  const ofOrders: typeof both = [
    ...both,
    ['customer_id=filter-0', [4, 2, 0]],
    ['customer_id=filter-0&state=PAID', [4]],
    ['customer_id=filter-0&state=DELIVERED', [2, 0]],
    ['customer_id=filter-0&state=CANCELLED', []],
  ];
  const ofReturns: typeof both = [
    ...both,
    ['customer_id=filter-0', [2, 0]],
    ['customer_id=filter-0&state=APPROVED', [0]],
    ['customer_id=filter-0&state=REQUESTED', [2]],
    ['sku=KURTA-M&customer_id=filter-0', []],
  ];

  it.for(ofOrders)('finds orders by %s', async ([query, found]) => {
    const { data, next } = await list(`/v1/orders?limit=200&${query}`);
    expect(data.map(({ order_number }) => order_number)).toEqual(found.map((index) => `FILTER-${index}`));
    expect(next).toBeNull();
  });

  it.for(ofReturns)('finds returns by %s', async ([query, found]) => {
    const { data } = await list(`/v1/returns?limit=200&${query}`);
    expect(data.map(({ order_number }) => order_number)).toEqual(found.map((index) => `FILTER-${index}`));
  });

  it('keeps its filter from page to page', async () => {
    const first = await list('/v1/orders?limit=1&customer_id=filter-1');
    const second = await list(`/v1/orders?limit=1&customer_id=filter-1&after=${first.next}`);
    expect(second.next).toBeNull();
    expect(idsOf([...first.data, ...second.data])).toEqual([orders[3]?.id, orders[1]?.id]);
  });

  const faults = [
    ['state=SENT', 'state'],
    ['state=paid', 'state'],
    ['created_from=yesterday', 'created_from'],
    ['created_to=2021-02-30T00:00:00Z', 'created_to'],
    ['created_from=2016-12-31T23:59:60Z', 'created_from'],
    ['created_to=0000-01-01T00:00:00Z', 'created_to'],
    ['customer_id=', 'customer_id'],
    ['sku=%00', 'sku'],
    ['order_number=a%00b', 'order_number'],
    ['customer_id=a&customer_id=b', 'customer_id'],
    ['colour=red', 'colour'],
    ['__proto__=1', '__proto__'],
  ] as const;
  it.for(faults)('refuses ?%s in both lists, naming the field', async ([query, field]) => {
    for (const table of ['orders', 'returns']) {
      const answer = await api.get(`/v1/${table}?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json<ProblemJson>().errors).toMatchObject([{ field }]);
    }
  });
});
