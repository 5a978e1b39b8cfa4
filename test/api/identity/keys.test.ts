import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashOf, newKeySecret } from '../../../src/identity/keys/key-secret.ts';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey, type KeyJson } from '../../support/keys.ts';
import { newOrder, type OrderJson, type PageJson, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();
let admin: KeyJson & { readonly secret: string };

describe('until there is a key', () => {
  it("whoever asks is this machine's user, and may do everything", async () => {
    const me = await api.get('/v1/me');
    expect(me.json()).toMatchObject({ kind: 'local', actor: 'local', role: 'admin' });
    expect((await api.post('/v1/orders', newOrder())).statusCode).toBe(201);
  });

  it.for([
    ['another name, as DNS rebinding would have it', { host: 'evil.example' }],
    ['by a proxy from elsewhere', { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' }],
    ['by a proxy that names the client alone', { 'x-real-ip': '203.0.113.9' }],
    ['by a proxy that says so by the standard', { forwarded: 'for=203.0.113.9' }],
    ['by a proxy that names itself', { via: '1.1 proxy' }],
  ] as const)('what comes to %s is nobody', async ([_what, headers]) => {
    const answer = await api.get('/v1/orders', headers);
    expect(answer.statusCode).toBe(401);
    expect(answer.json<ProblemJson>().code).toBe('auth.required');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="roundtrip"');
  });

  it.for([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:81' },
    { origin: 'null' },
  ])('a page of another site moves nothing: %o', async (headers) => {
    const answer = await api.post('/v1/orders', newOrder({ customer_id: 'forged' }), headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.json<ProblemJson>().code).toBe('auth.cross_site');
    expect((await api.get('/v1/orders?customer_id=forged')).json<PageJson<OrderJson>>().data).toEqual([]);
  });

  it.for([{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: 'http://localhost:8000' }])(
    'a page of ours moves what it likes: %o',
    async (headers) => {
      const answer = await api.post('/v1/orders', newOrder(), { host: 'localhost:8000', ...headers });
      expect(answer.statusCode).toBe(201);
    },
  );

  it('a key that is none is refused all the same', async () => {
    expect((await api.get('/v1/orders', bearer(newKeySecret()))).statusCode).toBe(401);
  });
});

describe('once there is a key', () => {
  beforeAll(async () => {
    admin = await issueKey(api, { name: 'first admin', role: 'admin' });
  });

  it('nobody comes in without one, from the next request on; health, readiness and the docs stay public', async () => {
    const answer = await api.get('/v1/orders');
    expect(answer.statusCode).toBe(401);
    expect(answer.json<ProblemJson>().code).toBe('auth.required');
    expect((await api.get('/metrics')).statusCode).toBe(401);
    for (const url of ['/health', '/ready']) expect((await api.get(url)).statusCode, url).toBe(200);
    for (const url of ['/docs', '/openapi.json']) expect((await api.app.inject({ url })).statusCode, url).toBe(200);
  });

  it.for([
    'rt_live_',
    'Basic cm9vdDpyb290',
    'Bearer',
    'Bearer rt_live_0000000000000000000000000000000000000',
    `Bearer ${newKeySecret()}`,
    `Bearer ${newKeySecret()}x`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
  ])('%s is refused', async (authorization) => {
    const answer = await api.get('/v1/orders', { authorization });
    expect(answer.statusCode).toBe(401);
    expect(answer.json<ProblemJson>().code).toBe('auth.invalid');
  });

  it('what a key does is on record under its name, whatever the request says of itself', async () => {
    const shop = await issueKey(api, { name: 'web shop', role: 'shop' }, admin.secret);
    const headers = { ...bearer(shop.secret), 'x-actor': 'local', 'x-forwarded-user': 'root' };
    const placed = await api.post('/v1/orders', newOrder(), headers);
    expect(placed.statusCode).toBe(201);
    expect((await api.post('/v1/orders', newOrder({ actor: 'local' }), headers)).statusCode).toBe(400);
    const { id } = placed.json<OrderJson>();
    const record = await api.get(`/v1/orders/${id}/transitions`, bearer(admin.secret));
    expect(record.json<PageJson<{ actor: string }>>().data.map(({ actor }) => actor)).toEqual(['key:web shop']);
  });

  it('a role does what is its own; the rest is 403, changes nothing, and is on record', async () => {
    const viewer = await issueKey(api, { name: 'viewer', role: 'read_only' }, admin.secret);
    const answer = await api.post('/v1/refunds/1/retry', {}, { ...bearer(viewer.secret), 'x-request-id': 'viewing' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'auth.forbidden', role: 'read_only', operation: 'retryRefund' });
    expect((await api.get('/v1/refunds', bearer(viewer.secret))).statusCode).toBe(200);
    await api.identity.securityLog.flush();
    const events = await api.get('/v1/security-events?event=access.forbidden', bearer(admin.secret));
    expect(events.json<PageJson<object>>().data).toMatchObject([
      { actor: 'key:viewer', operation: 'retryRefund', request_id: 'viewing', address: '127.0.0.1' },
    ]);
    expect(api.log).toContainEqual(
      expect.objectContaining({ security: expect.objectContaining({ event: 'access.forbidden' }) as unknown }),
    );
  });

  it('a key that is narrowed to operations does those alone, and makes no key that does more', async () => {
    const scraper = await issueKey(
      api,
      { name: 'prometheus', role: 'read_only', operations: ['getMetrics'] },
      admin.secret,
    );
    expect((await api.get('/metrics', bearer(scraper.secret))).statusCode).toBe(200);
    expect((await api.get('/v1/orders', bearer(scraper.secret))).statusCode).toBe(403);
    expect((await api.get('/v1/me', bearer(scraper.secret))).statusCode).toBe(403);

    const maker = await issueKey(
      api,
      { name: 'maker', role: 'admin', operations: ['createKey', 'getMe'] },
      admin.secret,
    );
    const me = await api.get('/v1/me', bearer(maker.secret));
    expect(me.json()).toMatchObject({ actor: 'key:maker', operations: ['getMe', 'createKey'] });
    const wider = { name: 'wider', role: 'admin' };
    for (const operations of [undefined, ['getMe', 'listOrders']]) {
      expect((await api.post('/v1/keys', { ...wider, operations }, bearer(maker.secret))).statusCode).toBe(403);
    }
    await issueKey(api, { ...wider, operations: ['getMe'] }, maker.secret);
  });

  it('a key that is narrowed takes over no key that does more, and opens the door to no person', async () => {
    const operations = ['listKeys', 'rotateKey', 'invitePerson', 'updatePerson', 'resetPerson'];
    const narrow = await issueKey(api, { name: 'narrow', role: 'admin', operations }, admin.secret);
    const asha = { name: 'Asha', email: 'asha@shop.example', role: 'read_only' };
    const invited = await api.post('/v1/people', asha, bearer(admin.secret));
    const person = `/v1/people/${invited.json<{ id: number }>().id}`;
    const attempts = [
      { method: 'POST', url: `/v1/keys/${admin.id}/rotate`, payload: { overlap_seconds: 0 } },
      { method: 'POST', url: '/v1/people', payload: { ...asha, name: 'Mallory', email: 'mallory@shop.example' } },
      { method: 'POST', url: `${person}/reset`, payload: {} },
      { method: 'PATCH', url: person, payload: { role: 'admin' } },
      { method: 'PATCH', url: person, payload: { disabled: false } },
    ] as const;
    for (const attempt of attempts) {
      const answer = await api.send({ ...attempt, headers: { ...bearer(narrow.secret), 'x-request-id': 'widening' } });
      expect([answer.statusCode, answer.json<ProblemJson>().code], attempt.url).toEqual([403, 'auth.forbidden']);
    }
    expect((await api.get('/v1/me', bearer(admin.secret))).statusCode).toBe(200);
    await api.identity.securityLog.flush();
    const events = await api.get('/v1/security-events?event=access.forbidden', bearer(admin.secret));
    const refused = events
      .json<PageJson<{ request_id: string }>>()
      .data.filter((each) => each.request_id === 'widening');
    expect(refused).toHaveLength(attempts.length);

    const itself = await api.post(`/v1/keys/${narrow.id}/rotate`, {}, bearer(narrow.secret));
    expect(itself.statusCode).toBe(200);
    const disabled = { method: 'PATCH', url: person, payload: { disabled: true } } as const;
    expect((await api.send({ ...disabled, headers: bearer(narrow.secret) })).statusCode).toBe(200);
  });

  it('a key that has an end makes, and takes over, none that lasts longer', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const later = new Date(Date.now() + 7_200_000).toISOString();
    const short = await issueKey(api, { name: 'for an hour', role: 'admin', expires_at: inAnHour }, admin.secret);
    for (const expires_at of [undefined, later]) {
      const answer = await api.post('/v1/keys', { name: 'longer', role: 'admin', expires_at }, bearer(short.secret));
      expect([answer.statusCode, answer.json<ProblemJson>().code]).toEqual([403, 'auth.forbidden']);
    }
    expect((await api.post(`/v1/keys/${admin.id}/rotate`, {}, bearer(short.secret))).statusCode).toBe(403);
    await issueKey(api, { name: 'as short', role: 'admin', expires_at: inAnHour }, short.secret);
    // The end of a secret after a rotation is not that of its key.
    await api.post(`/v1/keys/${short.id}/rotate`, { overlap_seconds: 60 }, bearer(short.secret));
    await issueKey(api, { name: 'in the overlap', role: 'admin', expires_at: inAnHour }, short.secret);
  });

  it('a secret in a URL is refused, even a good one beside a good header, and is nowhere in the log', async () => {
    for (const url of [
      `/v1/orders?key=${admin.secret}`,
      `/v1/orders/${admin.secret}`,
      '/v1/orders?access_token=abc',
      `/v1/nothing/${admin.secret}`,
    ]) {
      const answer = await api.get(url, bearer(admin.secret));
      expect([401, 404], url).toContain(answer.statusCode);
      if (answer.statusCode === 401) expect(answer.json<ProblemJson>().code).toBe('auth.secret_in_url');
    }
    expect(JSON.stringify(api.log)).not.toContain(admin.secret);
  });

  it('two keys under the same Idempotency-Key are two callers', async () => {
    const shops = [
      await issueKey(api, { name: 'left shop', role: 'shop' }, admin.secret),
      await issueKey(api, { name: 'right shop', role: 'shop' }, admin.secret),
    ];
    const ids = await Promise.all(
      shops.map(async ({ secret }) => {
        const answer = await api.post('/v1/orders', newOrder(), { ...bearer(secret), 'idempotency-key': 'same' });
        expect(answer.headers['idempotency-replayed']).toBeUndefined();
        return answer.json<OrderJson>().id;
      }),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('what was refused at the door is not kept for a repetition', async () => {
    const key = { 'idempotency-key': 'at the door' };
    const viewer = await issueKey(api, { name: 'second viewer', role: 'read_only' }, admin.secret);
    expect((await api.post('/v1/orders', newOrder(), key)).statusCode).toBe(401);
    expect((await api.post('/v1/orders', newOrder(), { ...key, ...bearer(viewer.secret) })).statusCode).toBe(403);
    const answer = await api.post('/v1/orders', newOrder(), { ...key, ...bearer(admin.secret) });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
  });
});

describe('the life of a key', () => {
  const use = async (secret: string) => (await api.get('/v1/me', bearer(secret))).statusCode;
  const read = async (id: number) => (await api.get(`/v1/keys/${id}`, bearer(admin.secret))).json<KeyJson>();
  const fault = async (secret: string) => (await api.get('/v1/me', bearer(secret))).json<ProblemJson>().detail;
  let sequence = 0;
  const another = () => issueKey(api, { name: `life ${(sequence += 1)}`, role: 'support' }, admin.secret);

  afterEach(() => {
    api.identity.changed();
  });

  it('its secret is in one answer, and no dump of the database lets anybody in', async () => {
    const { id, secret } = await another();
    const stored = JSON.stringify([await read(id), (await api.get('/v1/keys', bearer(admin.secret))).json()]);
    expect(stored).not.toContain(secret);
    const { rows } = await api.database.pool.query<{ row: string }>(
      `SELECT row_to_json(api_keys)::text AS row FROM api_keys
       UNION ALL SELECT row_to_json(api_key_secrets)::text FROM api_key_secrets
       UNION ALL SELECT row_to_json(security_events)::text FROM security_events`,
    );
    const dump = rows.map(({ row }) => row).join('\n');
    expect(dump).not.toContain(secret);
    const hash = Buffer.from(hashOf(secret), 'base64').toString('hex');
    expect(dump).toContain(hash);
    for (const guess of [hash, hashOf(secret), secret.slice(0, 14)]) expect(await use(guess)).toBe(401);
  });

  it('revoked, it is refused at the next request, and stays so', async () => {
    const { id, secret } = await another();
    expect(await use(secret)).toBe(200);
    const answer = await api.send({ method: 'DELETE', url: `/v1/keys/${id}`, headers: bearer(admin.secret) });
    expect(answer.json()).toMatchObject({ state: 'REVOKED', revoked_by: 'key:first admin' });
    expect(await use(secret)).toBe(401);
    expect(await fault(secret)).toBe('The key was revoked.');
    const again = await api.send({ method: 'DELETE', url: `/v1/keys/${id}`, headers: bearer(admin.secret) });
    expect(again.json<KeyJson>().revoked_at).toBe(answer.json<KeyJson>().revoked_at);
    const rotated = await api.post(`/v1/keys/${id}/rotate`, {}, bearer(admin.secret));
    expect(rotated.json<ProblemJson>().code).toBe('key.revoked');
  });

  it('rotated, both secrets are good for the overlap, as one and the same caller', async () => {
    const { id, secret, name } = await another();
    const rotated = await api.post(`/v1/keys/${id}/rotate`, { overlap_seconds: 3_600 }, bearer(admin.secret));
    const next = rotated.json<{ secret: string }>().secret;
    expect(next).not.toBe(secret);
    expect([await use(secret), await use(next)]).toEqual([200, 200]);
    const key = { 'idempotency-key': 'over the rotation' };
    const first = await api.post('/v1/orders', newOrder(), { ...key, ...bearer(secret) });
    const second = await api.post('/v1/orders', newOrder(), { ...key, ...bearer(next) });
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toBe(first.body);

    await api.database.pool.query('UPDATE api_key_secrets SET expires_at = now() WHERE prefix = $1', [
      secret.slice(0, 14),
    ]);
    api.identity.changed();
    expect([await use(secret), await use(next)]).toEqual([401, 200]);
    expect(await fault(secret)).toBe('The key has expired.');
    expect((await read(id)).name).toBe(name);
  });

  it('rotated without overlap, the secret before is refused at the next request', async () => {
    const { id, secret } = await another();
    expect(await use(secret)).toBe(200);
    await api.post(`/v1/keys/${id}/rotate`, { overlap_seconds: 0 }, bearer(admin.secret));
    expect(await use(secret)).toBe(401);
  });

  it('expires by the clock, without anybody changing anything', async () => {
    const expiresAt = new Date(Date.now() + 400);
    const { secret } = await issueKey(
      api,
      { name: 'short', role: 'support', expires_at: expiresAt.toISOString() },
      admin.secret,
    );
    expect(await use(secret)).toBe(200);
    await expect.poll(() => use(secret)).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });

  it('says when it was last used', async () => {
    const { id, secret } = await another();
    expect((await read(id)).last_used_at).toBeNull();
    await use(secret);
    await api.identity.noteUse();
    expect(Date.parse((await read(id)).last_used_at ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is never given the name of another, even one revoked', async () => {
    const { id, name } = await another();
    await api.send({ method: 'DELETE', url: `/v1/keys/${id}`, headers: bearer(admin.secret) });
    const answer = await api.post('/v1/keys', { name, role: 'admin' }, bearer(admin.secret));
    expect(answer.statusCode).toBe(409);
    expect(answer.json<ProblemJson>().code).toBe('key.name_taken');
  });

  it.for([
    [{ name: 'x' }, 'role'],
    [{ role: 'shop' }, 'name'],
    [{ name: 'x', role: 'customer' }, 'role'],
    [{ name: 'x', role: 'root' }, 'role'],
    [{ name: ' x', role: 'shop' }, 'name'],
    [{ name: 'x\ny', role: 'shop' }, 'name'],
    [{ name: 'x'.repeat(65), role: 'shop' }, 'name'],
    [{ name: 'x', role: 'shop', operations: [] }, 'operations'],
    [{ name: 'x', role: 'shop', operations: ['nothing'] }, 'operations[0]'],
    [{ name: 'x', role: 'shop', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'x', role: 'shop', secret: 'mine' }, 'secret'],
  ] as const)('is not made of %o', async ([body, field]) => {
    const answer = await api.post('/v1/keys', body, bearer(admin.secret));
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>().errors?.map((each) => each.field)).toContain(field);
  });

  it('is not made under an Idempotency-Key, because the answer would have to be kept', async () => {
    const headers = { ...bearer(admin.secret), 'idempotency-key': 'secret' };
    const answer = await api.post('/v1/keys', { name: 'kept', role: 'shop' }, headers);
    expect(answer.statusCode).toBe(400);
    expect((await api.post('/v1/keys', { name: 'kept', role: 'shop' }, bearer(admin.secret))).statusCode).toBe(201);
  });

  it('names that nobody has are 404', async () => {
    for (const [method, url] of [
      ['GET', '/v1/keys/999999'],
      ['DELETE', '/v1/keys/999999'],
      ['POST', '/v1/keys/999999/rotate'],
    ] as const) {
      const answer = await api.send({ method, url, headers: bearer(admin.secret) });
      expect(answer.json<ProblemJson>().code, url).toBe('key.not_found');
    }
  });
});
