import { beforeAll, describe, expect, it } from 'vitest';
import { newKeySecret } from '../../../src/identity/keys/key-secret.ts';
import { BURST_SECONDS } from '../../../src/identity/limits.ts';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey } from '../../support/keys.ts';
import { newOrder, type PageJson, type ProblemJson } from '../../support/shop/shop.ts';

const PER_SECOND = 2;
const PROXY = '10.1.1.1';
const api = useApi({ rateLimitPerSecond: PER_SECOND, trustedProxies: ['10.0.0.0/8'] });
let admin: string;
const keys: string[] = [];
beforeAll(async () => {
  // Made while the door is open, so that the limit is met by nobody yet.
  for (let number = 1; number <= 40; number += 1) {
    expect((await api.get('/v1/me')).headers['ratelimit']).toBeUndefined();
  }
  admin = (await issueKey(api, { name: 'admin', role: 'admin' })).secret;
  for (const name of ['left', 'right', 'viewer']) {
    const role = name === 'viewer' ? 'read_only' : 'support';
    keys.push((await issueKey(api, { name, role }, admin)).secret);
  }
});

const attempt = (headers: Record<string, string>, remoteAddress: string) =>
  api.send({ method: 'GET', url: '/v1/orders', headers, remoteAddress });

describe('a key that asks for too much', () => {
  it('is told how much is left, then to wait, and has done nothing more; others go on', async () => {
    const [left = '', right = ''] = keys;
    const place = (key: string) =>
      api.post('/v1/orders', newOrder({ customer_id: key }), { ...bearer(left), 'idempotency-key': key });
    const first = await place('first');
    expect(first.statusCode).toBe(201);
    expect(first.headers['ratelimit-policy']).toBe(`"caller";q=${PER_SECOND * BURST_SECONDS};w=${BURST_SECONDS}`);
    expect(first.headers['ratelimit']).toMatch(/^"caller";r=\d+;t=1$/);

    const answers = await Promise.all(Array.from({ length: 60 }, () => api.get('/v1/orders', bearer(left))));
    expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBeGreaterThan(10);
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(10);
    const [one] = refused;
    expect(Number(one?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(one?.json()).toMatchObject({
      code: 'rate.limited',
      retry_after_seconds: Number(one?.headers['retry-after']),
    });
    expect(one?.headers['ratelimit']).toMatch(/^"caller";r=0;t=\d+$/);

    let tries = 1;
    while (tries < 100 && (await place(`late ${tries}`)).statusCode !== 429) tries += 1;
    const late = `late ${tries}`;
    const placed = await api.get(`/v1/orders?customer_id=${encodeURIComponent(late)}`, bearer(right));
    expect(placed.json<PageJson<object>>().data).toEqual([]);
    expect((await api.get('/v1/orders', bearer(right))).statusCode).toBe(200);

    // A second later there is more, and the refusal was not kept under the key.
    await expect.poll(async () => (await place(late)).statusCode, { timeout: 10_000 }).toBe(201);
  });

  it('is limited in what it may not do as well', async () => {
    const viewer = keys[2] ?? '';
    const statuses = new Set<number>();
    for (let number = 1; number <= 40; number += 1) {
      statuses.add((await api.post('/v1/orders', newOrder(), bearer(viewer))).statusCode);
    }
    expect(statuses).toEqual(new Set([403, 429]));
  });
});

describe('what it takes to answer', () => {
  it.for([
    ['a plain read', '/v1/me', 1],
    ['a usual page', '/v1/orders?limit=50', 1],
    ['a page of two hundred', '/v1/orders?limit=200', 4],
    ['a limit that nobody has', '/v1/orders?limit=1000000', 1],
    ['a search', '/v1/search?q=kurta', 5],
    ['an export of all', '/v1/ledger/export.csv?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z', 20],
  ] as const)('is charged: %s', async ([name, url, cost]) => {
    const key = await issueKey(api, { name, role: 'finance' }, admin);
    const answer = await api.get(url, bearer(key.secret));
    expect(answer.headers['ratelimit']).toBe(`"caller";r=${PER_SECOND * BURST_SECONDS - cost};t=1`);
  });
});

describe('an address that fails to come in', () => {
  const flood = async (headersOf: (number: number) => Record<string, string>, address: string) => {
    const codes: string[] = [];
    for (let number = 1; number <= 40; number += 1) {
      codes.push((await attempt(headersOf(number), address)).json<ProblemJson>().code);
    }
    return codes;
  };

  it('hears 429 after thirty attempts, whatever it says of where it comes from', async () => {
    const codes = await flood(
      (number) => ({ ...bearer(newKeySecret()), 'x-forwarded-for': `203.0.113.${number}` }),
      '198.51.100.1',
    );
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'auth.invalid'));
    expect(codes.slice(32)).toContain('rate.limited');
    // Whoever is known is let in from there all the same.
    const known = await attempt(bearer(keys[1] ?? ''), '198.51.100.1');
    expect(known.statusCode).toBe(200);
  });

  it('is the one that a proxy of ours names, so that its neighbours are not shut out', async () => {
    const codes = await flood(() => ({ 'x-forwarded-for': '203.0.113.200' }), PROXY);
    expect(codes).toContain('rate.limited');
    const neighbour = await attempt({ 'x-forwarded-for': '203.0.113.201' }, PROXY);
    expect(neighbour.json<ProblemJson>().code).toBe('auth.required');
    // What the client itself wrote is before what the proxy has added, and is not believed.
    const forged = await attempt({ 'x-forwarded-for': '203.0.113.77, 203.0.113.200' }, PROXY);
    expect(forged.json<ProblemJson>().code).toBe('rate.limited');
  });
});

it('health and readiness are never limited', async () => {
  for (let number = 1; number <= 40; number += 1) expect((await api.get('/health')).statusCode).toBe(200);
});
