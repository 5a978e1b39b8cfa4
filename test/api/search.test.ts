import { describe, expect, it } from 'vitest';
import { SEARCH_ORDERS } from '../../src/queries/orders/search.ts';
import { useApi } from '../support/api.ts';
import { deliveredOrder, placeOrder, requestReturn, type OrderJson, type ReturnJson } from '../support/shop/shop.ts';

interface Found {
  readonly orders: readonly (OrderJson & { readonly matched_by: string; readonly invoice_number: string | null })[];
  readonly returns: readonly ReturnJson[];
}

const api = useApi();

async function search(words: string, limit = 10): Promise<Found> {
  const answer = await api.get(`/v1/search?q=${encodeURIComponent(words)}&limit=${limit}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<Found>();
}

const hits = ({ orders }: Found) => orders.map(({ id, matched_by: by }) => [id, by]);

describe('GET /v1/search', () => {
  it('finds an order by each thing that a person may have at hand, in whatever case it is typed', async () => {
    const order = await deliveredOrder(api, {
      order_number: 'WEB-Find-17',
      customer_id: 'Customer-FIND',
      customer_email: 'Meera.Find@example.com',
      items: [{ sku: 'FIND-ME', title: 'Mug', quantity: 2, unit_price_minor: 100 }],
    });
    const part = await requestReturn(api, order, 1);
    const number = order.invoice?.number ?? '';
    const cases = [
      ['web-find', 'order_number'],
      ['WEB-FIND-17', 'order_number'],
      [number, 'invoice_number'],
      [number.toLowerCase(), 'invoice_number'],
      [String(order.id), 'order_id'],
      [`R-${part.id}`, 'return_id'],
      [`r${part.id}`, 'return_id'],
      ['meera.find@', 'customer_email'],
      ['MEERA.FIND@EXAMPLE.COM', 'customer_email'],
      ['Customer-FIND', 'customer_id'],
      ['find-me', 'sku'],
      ['  FIND-ME ', 'sku'],
    ] as const;
    for (const [words, by] of cases) {
      const found = await search(words);
      expect(hits(found), words).toEqual([[order.id, by]]);
      expect(found.orders[0]?.invoice_number).toBe(number);
      expect(
        found.returns.map(({ id }) => id),
        words,
      ).toEqual([part.id]);
    }
  });

  it('puts the closest first, each order once, and no more than asked for', async () => {
    const byNumber = await placeOrder(api, { order_number: 'both', customer_id: 'somebody' });
    const older = await placeOrder(api, { customer_id: 'both', customer_email: 'both@example.com' });
    const newer = await placeOrder(api, { customer_id: 'both' });
    expect(hits(await search('both'))).toEqual([
      [byNumber.id, 'order_number'],
      [older.id, 'customer_email'],
      [newer.id, 'customer_id'],
    ]);
    expect(hits(await search('both', 1))).toEqual([[byNumber.id, 'order_number']]);
  });

  it('takes words as they are: nothing in them is a pattern', async () => {
    await placeOrder(api, { order_number: 'PERCENT-1' });
    for (const words of ['%', '_', 'PERCENT_1', "' OR 1=1 --", '\\', '99999999999999999999']) {
      expect(await search(words), words).toEqual({ orders: [], returns: [] });
    }
    expect((await api.get('/v1/search?q=%20')).json()).toMatchObject({ errors: [{ field: 'q' }] });
  });

  it('looks everything up by an index, however large the shop', async () => {
    const client = await api.database.pool.connect();
    try {
      await client.query(`PREPARE probe AS ${SEARCH_ORDERS}`);
      await client.query("SET plan_cache_mode = 'force_generic_plan'");
      // Small tables are read whole for want of a reason not to; where that is forbidden, whoever still does must.
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        "EXPLAIN EXECUTE probe ('a', 'b', '{a,A}', 1, 10, '{}')",
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toContain('Seq Scan');
      expect(plan).toContain('orders_number_prefix');
      expect(plan).toContain('orders_email_prefix');
    } finally {
      client.release(true);
    }
  });
});
