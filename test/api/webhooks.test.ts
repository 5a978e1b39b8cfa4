import { describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import type { PageJson, ProblemJson } from '../support/shop/shop.ts';

const api = useApi();

interface EndpointJson {
  readonly id: number;
  readonly url: string;
  readonly state: string;
  readonly version: number;
  readonly event_types: readonly string[];
  readonly missed_after: string | null;
  readonly previous_secret_until: string | null;
  readonly secret?: string | null;
}
interface DeliveryJson {
  readonly id: number;
  readonly message_id: string;
  readonly state: string;
  readonly next_attempt_at: string | null;
}

const URL = 'https://hooks.shop.example/roundtrip';

async function create(fields: object = {}, headers = {}): Promise<EndpointJson> {
  const answer = await api.post('/v1/webhook-endpoints', { url: URL, ...fields }, headers);
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<EndpointJson>();
}
const send = (method: 'PATCH' | 'DELETE', id: number, payload?: object, headers = {}) =>
  api.send({ method, url: `/v1/webhook-endpoints/${id}`, payload, headers });
const changesOf = async (id: number) =>
  (await api.get(`/v1/webhook-endpoints/${id}/changes`)).json<PageJson<{ change: string; actor: string }>>().data;

describe('an endpoint', () => {
  it('shows its secret once: when it is made, and never again, not even to a repeated key', async () => {
    const headers = { 'idempotency-key': 'endpoint-1' };
    const made = await create({}, headers);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const repeated = await api.post('/v1/webhook-endpoints', { url: URL }, headers);
    expect(repeated.headers['idempotency-replayed']).toBe('true');
    expect(repeated.json<EndpointJson>()).toEqual({ ...made, secret: null });
    const read =
      (await api.get(`/v1/webhook-endpoints/${made.id}`)).body + (await api.get('/v1/webhook-endpoints')).body;
    expect(read).not.toContain('whsec_');
    const { rows } = await api.database.pool.query<{ kept: string }>(
      'SELECT (SELECT string_agg(body, $1) FROM idempotency_keys) AS kept',
      [''],
    );
    expect(rows[0]?.kept).not.toContain('whsec_');
  });

  it('is made once for a hundred requests at once with one key', async () => {
    const headers = { 'idempotency-key': 'endpoint-100' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => api.post('/v1/webhook-endpoints', { url: `${URL}/100` }, headers)),
    );
    const ids = answers.filter(({ statusCode }) => statusCode === 201).map((each) => each.json<EndpointJson>().id);
    expect(new Set(ids).size).toBe(1);
    const others = answers.filter(({ statusCode }) => statusCode !== 201).map(({ statusCode }) => statusCode);
    expect([...new Set(others)]).toEqual([]);
    const { rows } = await api.database.pool.query<{ count: number }>(
      'SELECT count(*) AS count FROM webhook_endpoints WHERE url = $1',
      [`${URL}/100`],
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('refuses a key that comes with another request', async () => {
    const headers = { 'idempotency-key': 'endpoint-2' };
    await create({}, headers);
    const answer = await api.post('/v1/webhook-endpoints', { url: `${URL}/2` }, headers);
    expect(answer.json<ProblemJson>()).toMatchObject({ status: 422, code: 'idempotency.key_reused' });
  });

  it.for([
    ['http://hooks.shop.example/', 'must begin with https://'],
    ['https://127.0.0.1/', 'must not lead inside: to a private, local or otherwise special address'],
    ['https://[::ffff:127.0.0.1]/', 'must not lead inside: to a private, local or otherwise special address'],
    ['https://169.254.169.254/latest/', 'must not lead inside: to a private, local or otherwise special address'],
    ['https://localhost/', 'must not lead inside: to a private, local or otherwise special address'],
    ['https://me:secret@shop.example/', 'must not hold a user or a password'],
    ['nonsense', 'must be a URL'],
  ])('is not made at %s, nor moved there', async ([url, message]) => {
    const errors = [{ field: 'url', message }];
    const answer = await api.post('/v1/webhook-endpoints', { url });
    expect(answer.json<ProblemJson>()).toMatchObject({ status: 400, code: 'request.invalid', errors });
    const { id, version } = await create();
    expect((await send('PATCH', id, { url })).json<ProblemJson>()).toMatchObject({ status: 400, errors });
    expect((await api.get(`/v1/webhook-endpoints/${id}`)).json<EndpointJson>()).toMatchObject({ url: URL, version });
  });

  it.for([
    [{ url: URL, event_types: ['roundtrip.order.lost.v1'] }, 'event_types[0]'],
    [{ url: URL, event_types: ['roundtrip.order.paid.v1', 'roundtrip.order.paid.v1'] }, 'event_types'],
    [{ url: URL, secret: 'whsec_mine' }, 'secret'],
    [{ url: URL, state: 'DISABLED' }, 'state'],
    [{}, 'url'],
    [{ url: `https://a.example/${'x'.repeat(2_000)}` }, 'url'],
  ] as const)('is not made of %j', async ([body, field]) => {
    const answer = await api.post('/v1/webhook-endpoints', body);
    expect(answer.json<ProblemJson>()).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('is changed by what is named, for who has read it last', async () => {
    const { id } = await create({ event_types: ['roundtrip.order.paid.v1'] });
    const read = await api.get(`/v1/webhook-endpoints/${id}`);
    const etag = String(read.headers.etag);
    const changed = await send('PATCH', id, { ordered: true, description: 'The warehouse' }, { 'if-match': etag });
    expect(changed.json()).toMatchObject({
      ordered: true,
      description: 'The warehouse',
      event_types: ['roundtrip.order.paid.v1'],
      version: 2,
    });
    const stale = await send('PATCH', id, { ordered: false }, { 'if-match': etag });
    expect(stale.json<ProblemJson>()).toMatchObject({
      status: 412,
      code: 'webhook.version_mismatch',
      expected_version: 1,
      current_version: 2,
    });
    expect((await send('PATCH', id, {})).statusCode).toBe(400);
    expect((await send('PATCH', 999, { ordered: true })).json<ProblemJson>().code).toBe('webhook.not_found');
  });

  it('is disabled, enabled and deleted, and all of it stays on record with who did it', async () => {
    const { id } = await create();
    const disabled = (await api.post(`/v1/webhook-endpoints/${id}/disable`)).json<EndpointJson>();
    expect(disabled).toMatchObject({ state: 'DISABLED', disabled_reason: 'PERSON' });
    expect(disabled.missed_after).toMatch(/^\d+$/);
    expect((await api.get(`/v1/events?after=${disabled.missed_after}`)).statusCode).toBe(200);
    const refused = await api.post(`/v1/webhook-endpoints/${id}/test`);
    expect(refused.json<ProblemJson>()).toMatchObject({ status: 409, code: 'webhook.disabled' });
    expect((await api.post(`/v1/webhook-endpoints/${id}/enable`)).json()).toMatchObject({ state: 'ENABLED' });
    expect((await send('DELETE', id)).json()).toMatchObject({ id, state: 'ENABLED' });
    expect((await send('DELETE', id)).json<ProblemJson>()).toMatchObject({ status: 404, code: 'webhook.not_found' });
    expect((await changesOf(id)).map(({ change, actor }) => `${change} by ${actor}`)).toEqual([
      'deleted by local',
      'enabled by local',
      'disabled by local',
      'created by local',
    ]);
  });

  it('is gone from every answer once it was deleted, with its deliveries, and is none of the hundred', async () => {
    const { id } = await create();
    const delivery = (await api.post(`/v1/webhook-endpoints/${id}/test`)).json<DeliveryJson>();
    await send('DELETE', id);
    const gone = [
      await api.get(`/v1/webhook-endpoints/${id}`),
      await send('PATCH', id, { ordered: true }),
      await api.get(`/v1/webhook-deliveries?endpoint_id=${id}`),
      await api.get(`/v1/webhook-deliveries/${delivery.id}`),
      await api.post(`/v1/webhook-deliveries/${delivery.id}/redeliver`),
    ];
    for (const command of ['enable', 'disable', 'test', 'rotate-secret']) {
      gone.push(await api.post(`/v1/webhook-endpoints/${id}/${command}`));
    }
    expect(gone.map((answer) => answer.json<ProblemJson>().code)).toEqual([
      'webhook.not_found',
      'webhook.not_found',
      'webhook.not_found',
      'delivery.not_found',
      'delivery.not_found',
      ...Array.from({ length: 4 }, () => 'webhook.not_found'),
    ]);
    const listed = (await api.get('/v1/webhook-endpoints')).json<PageJson<EndpointJson>>().data;
    expect(listed.map((each) => each.id)).not.toContain(id);
  });

  it('gets a new secret, which is shown once, and says how long the old one signs as well', async () => {
    const { id, secret } = await create();
    const rotated = (
      await api.post(`/v1/webhook-endpoints/${id}/rotate-secret`, { overlap_hours: 2 })
    ).json<EndpointJson>();
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(secret);
    const hours = (Date.parse(rotated.previous_secret_until ?? '') - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1.9);
    expect(hours).toBeLessThan(2.1);
    const leaked = await api.post(`/v1/webhook-endpoints/${id}/rotate-secret`, { overlap_hours: 0 });
    expect(leaked.json<EndpointJson>().previous_secret_until).toBeNull();
    expect((await api.post(`/v1/webhook-endpoints/${id}/rotate-secret`, { overlap_hours: 169 })).statusCode).toBe(400);
  });

  it('is one of a hundred at most', async () => {
    const { rows } = await api.database.pool.query<{ count: number }>(
      'SELECT count(*) AS count FROM webhook_endpoints WHERE deleted_at IS NULL',
    );
    await api.database.pool.query(
      `INSERT INTO webhook_endpoints (url, secret) SELECT 'https://a.example/', '' FROM generate_series(1, $1)`,
      [100 - (rows[0]?.count ?? 0)],
    );
    const answer = await api.post('/v1/webhook-endpoints', { url: URL });
    expect(answer.json<ProblemJson>()).toMatchObject({ status: 409, code: 'webhook.too_many', most: 100 });
    await api.database.pool.query(`DELETE FROM webhook_endpoints WHERE secret = ''`);
  });
});

describe('a delivery', () => {
  it('of a test is on record, with what is sent; it is sent again when it is asked for', async () => {
    const { id } = await create();
    const answer = await api.post(`/v1/webhook-endpoints/${id}/test`);
    expect(answer.statusCode).toBe(201);
    const delivery = answer.json<DeliveryJson>();
    expect(delivery).toMatchObject({ state: 'PENDING', message_id: `msg_${delivery.id}`, transition_id: null });
    const read = (await api.get(`/v1/webhook-deliveries/${delivery.id}`)).json<{ request: { body: string } }>();
    expect(read).toMatchObject({ tries: [], request: { url: URL, content_type: 'application/json' } });
    expect(JSON.parse(read.request.body)).toMatchObject({
      type: 'roundtrip.webhook.test.v1',
      data: { endpoint_id: id },
    });

    await api.database.pool.query(`UPDATE webhook_deliveries SET state = 'FAILED', failures = 10 WHERE id = $1`, [
      delivery.id,
    ]);
    const list = await api.get(`/v1/webhook-deliveries?endpoint_id=${id}&state=FAILED`);
    expect(list.json<PageJson<DeliveryJson>>().data).toMatchObject([{ id: delivery.id, next_attempt_at: null }]);
    const again = await api.post(`/v1/webhook-deliveries/${delivery.id}/redeliver`);
    expect(again.json()).toMatchObject({ state: 'PENDING', message_id: delivery.message_id });
    await api.post(`/v1/webhook-endpoints/${id}/disable`);
    const refused = await api.post(`/v1/webhook-deliveries/${delivery.id}/redeliver`);
    expect(refused.json<ProblemJson>().code).toBe('webhook.disabled');
  });

  it('that is not there is not found', async () => {
    expect((await api.get('/v1/webhook-deliveries/999')).json<ProblemJson>().code).toBe('delivery.not_found');
    expect((await api.post('/v1/webhook-deliveries/999/redeliver')).statusCode).toBe(404);
    expect((await api.get('/v1/webhook-deliveries?endpoint_id=999')).json<ProblemJson>().code).toBe(
      'webhook.not_found',
    );
    expect((await api.get('/v1/webhook-deliveries')).statusCode).toBe(400);
    expect((await api.get('/v1/webhook-endpoints/999/changes')).statusCode).toBe(404);
  });
});
