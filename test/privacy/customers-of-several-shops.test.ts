import { beforeAll, describe, expect, it } from 'vitest';
import { IdleCustomers } from '../../src/privacy/retention.ts';
import { useApi } from '../support/api.ts';
import { bearer, issueKey } from '../support/keys.ts';
import { newOrder, type OrderJson, type ProblemJson } from '../support/shop/shop.ts';

const CUSTOMER = '1001';
const NO_SHOP = 0;

const api = useApi();
/** Keys, and the id of each shop; of three orders of customers of one id, one was placed by staff. */
let admin: string;
let support: string;
let first: { readonly id: number; readonly secret: string };
let second: { readonly id: number; readonly secret: string };
let orders: { readonly first: OrderJson; readonly second: OrderJson; readonly staff: OrderJson };
beforeAll(async () => {
  admin = (await issueKey(api, { name: 'admin', role: 'admin' })).secret;
  support = (await issueKey(api, { name: 'support', role: 'support' }, admin)).secret;
  first = await issueKey(api, { name: 'first shop', role: 'shop' }, admin);
  second = await issueKey(api, { name: 'second shop', role: 'shop' }, admin);
  orders = {
    first: await cancelledOrder(first.secret, 'asha@first.example'),
    second: await cancelledOrder(second.secret, 'bela@second.example'),
    staff: await cancelledOrder(admin, 'chandra@staff.example'),
  };
});

/** With an answer that is kept under the key of the caller's own. */
async function cancelledOrder(secret: string, email: string, customerId = CUSTOMER): Promise<OrderJson> {
  const body = newOrder({ customer_id: customerId, customer_email: email });
  const placed = await api.post('/v1/orders', body, { ...bearer(secret), 'idempotency-key': email });
  expect(placed.statusCode).toBe(201);
  const { id } = placed.json<OrderJson>();
  expect((await api.post(`/v1/orders/${id}/cancel`, {}, bearer(admin))).statusCode).toBe(200);
  return (await api.get(`/v1/orders/${id}`, bearer(admin))).json<OrderJson>();
}

async function tokenOf(secret: string, fields: object = {}): Promise<string> {
  const answer = await api.post('/v1/customer-tokens', { customer_id: CUSTOMER, ...fields }, bearer(secret));
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<{ token: string }>().token;
}

const seenWith = async (secret: string) =>
  (await api.get('/v1/orders', bearer(secret))).json<{ data: OrderJson[] }>().data.map(({ id }) => id);
const exported = async (query: string) => {
  const answer = await api.get(`/v1/customers/export?customer_id=${CUSTOMER}${query}`, bearer(support));
  return answer.json<{ data: { order: OrderJson }[] }>().data.map(({ order }) => order.id);
};
const erase = (fields: object) => api.post('/v1/customers/erase', { customer_id: CUSTOMER, ...fields }, bearer(admin));
const stateOf = async () => {
  const { rows } = await api.database.pool.query<Record<string, unknown>>(
    'SELECT orders::text, (SELECT count(*) FROM customer_erasures) AS erasures FROM orders ORDER BY id',
  );
  return rows;
};

describe('an id that several shops give to customers of theirs', () => {
  it('is refused where nobody says whose: the shops are named, nothing is told, let in or erased', async () => {
    const before = await stateOf();
    const answers = [
      await api.post('/v1/customer-tokens', { customer_id: CUSTOMER }, bearer(support)),
      await api.get(`/v1/customers/export?customer_id=${CUSTOMER}`, bearer(support)),
      await erase({}),
    ];
    for (const answer of answers) {
      expect(answer.json<ProblemJson>()).toMatchObject({
        status: 409,
        code: 'customer.of_several_shops',
        detail: expect.stringMatching(/first shop.*second shop/) as unknown,
        shop_ids: [NO_SHOP, first.id, second.id],
      });
    }
    expect(await stateOf()).toEqual(before);
  });

  it("is exported for the shop that is named, and for no shop's orders", async () => {
    expect(await exported(`&shop_id=${first.id}`)).toEqual([orders.first.id]);
    expect(await exported(`&shop_id=${second.id}`)).toEqual([orders.second.id]);
    expect(await exported(`&shop_id=${NO_SHOP}`)).toEqual([orders.staff.id]);
    const nothing = await api.get(`/v1/customers/export?customer_id=${CUSTOMER}&shop_id=99`, bearer(support));
    expect(nothing.json<ProblemJson>().code).toBe('customer.not_found');
  });

  it("lets a customer in to the named shop's orders alone, whichever way they are read", async () => {
    for (const [shopId, own] of [
      [first.id, orders.first],
      [second.id, orders.second],
      [NO_SHOP, orders.staff],
    ] as const) {
      const token = await tokenOf(support, { shop_id: shopId });
      expect(await seenWith(token)).toEqual([own.id]);
      for (const { id } of Object.values(orders)) {
        expect((await api.get(`/v1/orders/${id}`, bearer(token))).statusCode).toBe(id === own.id ? 200 : 404);
      }
    }
  });

  it('is of the one shop that asks by its own key, which can name no other', async () => {
    expect(await seenWith(await tokenOf(first.secret))).toEqual([orders.first.id]);
    expect(await seenWith(await tokenOf(first.secret, { shop_id: first.id }))).toEqual([orders.first.id]);
    const other = { customer_id: CUSTOMER, shop_id: second.id };
    const refused = await api.post('/v1/customer-tokens', other, bearer(first.secret));
    expect(refused.json<ProblemJson>()).toMatchObject({ status: 400, errors: [{ field: 'shop_id' }] });
  });

  it('is erased for the named shop alone: the rows and kept answers of the others stay as they are', async () => {
    const done = await erase({ shop_id: first.id });
    expect(done.json()).toMatchObject({ orders: 1 });
    const emails = async (order: OrderJson) =>
      (await api.get(`/v1/orders/${order.id}`, bearer(admin))).json<{ customer_email: string | null }>().customer_email;
    expect(await emails(orders.first)).toBeNull();
    expect(await emails(orders.second)).toBe('bela@second.example');
    expect(await emails(orders.staff)).toBe('chandra@staff.example');
    const { rows: kept } = await api.database.pool.query<{ key: string; redacted: boolean }>(
      'SELECT key, strpos(body, key) = 0 AS redacted FROM idempotency_keys ORDER BY key',
    );
    expect(kept).toEqual([
      { key: 'asha@first.example', redacted: true },
      { key: 'bela@second.example', redacted: false },
      { key: 'chandra@staff.example', redacted: false },
    ]);
    expect((await erase({ shop_id: first.id })).json<ProblemJson>().code).toBe('customer.not_found');
  });

  it('need not be named with a shop once one is left', async () => {
    expect((await erase({ shop_id: NO_SHOP })).statusCode).toBe(200);
    expect(await exported('')).toEqual([orders.second.id]);
    expect(await seenWith(await tokenOf(support))).toEqual([orders.second.id]);
    const later = await cancelledOrder(first.secret, 'divya@first.example');
    expect(await seenWith(await tokenOf(support, { shop_id: first.id }))).toEqual([later.id]);
  });
});

it('whom support lets in stays in when the key of their shop is revoked: only what it asked for ends with it', async () => {
  const gone = await issueKey(api, { name: 'closing shop', role: 'shop' }, admin);
  const order = await cancelledOrder(gone.secret, 'esha@closing.example', 'of a closing shop');
  const customer = { customer_id: 'of a closing shop' };
  const [bySupport, byShop] = [await tokenOf(support, customer), await tokenOf(gone.secret, customer)];
  expect(await seenWith(byShop)).toEqual([order.id]);
  await api.send({ method: 'DELETE', url: `/v1/keys/${gone.id}`, headers: bearer(admin) });
  expect(await seenWith(bySupport)).toEqual([order.id]);
  expect((await api.get('/v1/orders', bearer(byShop))).statusCode).toBe(401);
});

it('a retention rule goes by shop and customer: one who is idle goes, although another shop has a busy one', async () => {
  const idle = await cancelledOrder(first.secret, 'farah@first.example', 'idle and busy');
  const busy = await cancelledOrder(second.secret, 'gita@second.example', 'idle and busy');
  await api.database.pool.query(
    `UPDATE orders SET created_at = now() - interval '400 days', updated_at = now() - interval '400 days' WHERE id = $1`,
    [idle.id],
  );
  await api.database.pool.query(`UPDATE jobs SET state = 'DONE'`);
  expect(await new IdleCustomers(api.database.pool, 365).eraseSome()).toBe(1);
  const { rows } = await api.database.pool.query(
    'SELECT id, customer_email FROM orders WHERE id = ANY ($1) ORDER BY id',
    [[idle.id, busy.id]],
  );
  expect(rows).toEqual([
    { id: idle.id, customer_email: null },
    { id: busy.id, customer_email: 'gita@second.example' },
  ]);
});
