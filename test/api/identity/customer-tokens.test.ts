import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey } from '../../support/keys.ts';
import { makeProtectedShop, type ProtectedShop } from '../../support/shop/protected-shop.ts';
import { newOrder, type OrderJson, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();
let shop: ProtectedShop;
beforeAll(async () => {
  shop = await makeProtectedShop(api);
});

const status = async (token: string) => (await api.get('/v1/me', bearer(token))).statusCode;
const [HEADER, PAYLOAD] = [0, 1];
const part = (token: string, at: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as Record<string, unknown>;
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

it('says whom it is for, and for how long', async () => {
  const answer = await api.post(
    '/v1/customer-tokens',
    { customer_id: 'asha', lifetime_seconds: 60 },
    bearer(shop.owner),
  );
  expect(answer.headers['cache-control']).toBe('no-store');
  const { token, expires_at: expiresAt } = answer.json<{ token: string; expires_at: string }>();
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  const me = await api.get('/v1/me', bearer(token));
  expect(me.json()).toMatchObject({ kind: 'customer', actor: 'customer', role: 'customer' });
});

it.for([
  [{}, 'customer_id'],
  [{ customer_id: '' }, 'customer_id'],
  [{ customer_id: 'a', lifetime_seconds: 3_601 }, 'lifetime_seconds'],
  [{ customer_id: 'a', lifetime_seconds: 0 }, 'lifetime_seconds'],
  [{ customer_id: 'a', role: 'admin' }, 'role'],
] as const)('is not made of %o', async ([body, field]) => {
  const answer = await api.post('/v1/customer-tokens', body, bearer(shop.owner));
  expect(answer.json<ProblemJson>().errors).toMatchObject([{ field }]);
});

it('forged in any part, it lets nobody in', async () => {
  const { customer: token } = shop;
  expect(await status(token)).toBe(200);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = part(token, PAYLOAD);
  const other = { ...claims, sub: 'somebody else' };
  const forged = [
    `${header}.${encoded(other)}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    `${header}.${payload}.`,
    `${encoded({ ...part(token, HEADER), alg: 'none' })}.${encoded(other)}.`,
    new UnsecuredJWT(other).encode(),
    await new SignJWT(other).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(Buffer.alloc(32)),
    await new SignJWT(other).setProtectedHeader({ alg: 'HS256', kid: '999' }).sign(Buffer.alloc(32)),
    await new SignJWT(other).setProtectedHeader({ alg: 'HS256', kid: "1' OR true --" }).sign(Buffer.alloc(32)),
    await new SignJWT(other).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
    'eyJ.eyJ.x',
  ];
  for (const each of forged) expect(await status(each), each).toBe(401);
});

it('past its end, it lets nobody in', async () => {
  const ended = await api.identity.customerTokens.issue({
    customerId: 'a',
    shopId: null,
    endsWithShop: false,
    lifetimeSeconds: -1,
  });
  expect(await status(ended.token)).toBe(401);
});

it('ends with the key of the shop that asked for it, at the next request', async () => {
  const { rows } = await api.database.pool.query<{ id: number }>("SELECT id FROM api_keys WHERE name = 'owning shop'");
  expect(await status(shop.customer)).toBe(200);
  await api.send({ method: 'DELETE', url: `/v1/keys/${rows[0]?.id}`, headers: bearer(shop.secrets.admin) });
  expect(await status(shop.customer)).toBe(401);
});

it('is signed with what no dump of the database tells', async () => {
  const { rows } = await api.database.pool.query<{ sealed: Buffer }>('SELECT sealed FROM token_keys');
  expect(rows).toHaveLength(1);
  const sealed = rows[0]?.sealed ?? Buffer.alloc(0);
  const claims = part(shop.customer, PAYLOAD);
  for (const key of [sealed, sealed.subarray(-32), Buffer.from(sealed.subarray(1).toString(), 'base64')]) {
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: '1' })
      .sign(key.length > 0 ? key : Buffer.alloc(32));
    expect(await status(forged)).toBe(401);
  }
});

it('in a URL it is refused', async () => {
  const answer = await api.get(`/v1/orders?after=${shop.customer}`, bearer(shop.secrets.admin));
  expect(answer.json<ProblemJson>().code).toBe('auth.secret_in_url');
});

// What people of the staff are called is not for those whom they serve: whoever sees only some orders is told of a refund
// without who asked for it, in every answer that has refunds, kept ones too; staff are told.
it('tells neither a customer nor a shop who of the staff has asked for a refund', async () => {
  const { secrets } = shop;
  const { secret: owner } = await issueKey(api, { name: 'telling shop', role: 'shop' }, secrets.admin);
  const placed = await api.post('/v1/orders', newOrder({ customer_id: 'told' }), bearer(owner));
  const { id, total_minor: total } = placed.json<OrderJson>();
  await api.post(`/v1/orders/${id}/pay`, {}, bearer(owner));
  const asked = await api.post(
    `/v1/orders/${id}/refunds`,
    { amount_minor: Math.floor(total / 2), reason: 'sorry' },
    bearer(secrets.finance),
  );
  const [refund] = asked.json<{ data: { id: number; requested_by: string }[] }>().data;
  expect(refund?.requested_by).toBe('key:finance');
  const made = await api.post('/v1/customer-tokens', { customer_id: 'told' }, bearer(secrets.support));
  const { token } = made.json<{ token: string }>();

  const urls = [`/v1/orders/${id}`, `/v1/refunds?order_id=${id}`, `/v1/refunds/${refund?.id}`];
  const answers = async (secret: string) =>
    Promise.all(urls.map(async (url) => (await api.get(url, bearer(secret))).body));
  for (const told of await answers(secrets.read_only)) expect(told).toContain('"requested_by":"key:finance"');
  const cancel = () =>
    api.post(`/v1/orders/${id}/cancel`, {}, { ...bearer(owner), 'idempotency-key': 'cancelled by the shop' });
  const untold = [...(await answers(token)), ...(await answers(owner)), (await cancel()).body, (await cancel()).body];
  for (const each of untold) {
    expect(each).toContain('"cause":"goodwill"');
    expect(each).not.toContain('finance');
  }
});
