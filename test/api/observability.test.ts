import { describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { deliveredOrder, newOrder, placeOrder, type ProblemJson } from '../support/shop/shop.ts';

const api = useApi();

const lineOf = (requestId: unknown) => api.log.filter(({ request_id }) => request_id === requestId);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('X-Request-ID', () => {
  it.for(['a', 'req-42', '0af7651916cd43dd8448eb211c80319c', 'A.b:c_d-1', 'x'.repeat(128)])(
    'is taken from the client: %s',
    async (given) => {
      const answer = await api.get('/health', { 'x-request-id': given });
      expect(answer.headers['x-request-id']).toBe(given);
      expect(lineOf(given)).toHaveLength(1);
    },
  );

  it.for(['', ' ', 'a b', 'x'.repeat(129), '{"level":"fatal"}', 'é', '../../etc', '${jndi:ldap://x}', "';--", 'a,b'])(
    'is made instead of "%s"',
    async (given) => {
      const answer = await api.get('/health', { 'x-request-id': given });
      expect(answer.headers['x-request-id']).toMatch(UUID);
      expect(lineOf(answer.headers['x-request-id'])).toHaveLength(1);
    },
  );

  it('is another for each request that brings none', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/health')));
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(20);
  });
});

describe('the access log', () => {
  it('has one JSON line for each answer: request id, method, route template, status and time', async () => {
    const { id } = await placeOrder(api);
    const cases = [
      ['GET', `/v1/orders/${id}`, '/v1/orders/:id', 200],
      ['POST', `/v1/orders/${id}/pay`, '/v1/orders/:id/pay', 200],
      ['POST', `/v1/orders/${id}/pay`, '/v1/orders/:id/pay', 409],
      ['GET', '/v1/orders/0', '/v1/orders/:id', 400],
      ['GET', '/v1/orders/999999', '/v1/orders/:id', 404],
      ['GET', '/v1/secrets/42', 'unmatched', 404],
    ] as const;
    for (const [index, [method, url, path, status]] of cases.entries()) {
      const requestId = `access-${index}`;
      await api.send({
        method,
        url,
        payload: method === 'POST' ? {} : undefined,
        headers: { 'x-request-id': requestId },
      });
      const lines = lineOf(requestId);
      expect(lines).toMatchObject([
        { level: 'info', method, path, status, duration_ms: expect.any(Number) as unknown },
      ]);
      expect(Object.keys(lines[0] ?? {}).toSorted()).toEqual(
        ['duration_ms', 'level', 'method', 'msg', 'path', 'request_id', 'status', 'time'].toSorted(),
      );
      expect(lines[0]?.['time']).toMatch(/^\d{4}-.*Z$/);
    }
  });

  it('has a line for an address that cannot be read', async () => {
    await api.get('/v1/orders/%E0%A4%A', { 'x-request-id': 'unreadable' });
    await expect.poll(() => lineOf('unreadable')).toMatchObject([{ path: 'unmatched', status: 400 }]);
  });

  it('holds nothing of the query, the body or the headers, whatever becomes of the request', async () => {
    const hush = 'canary-7f3a';
    const headers = {
      authorization: `Bearer ${hush}`,
      cookie: `session=${hush}`,
      'user-agent': hush,
      'idempotency-key': hush,
      'x-api-key': hush,
    };
    const { id } = await placeOrder(api);
    await api.get(`/v1/orders?customer_id=${hush}`, headers);
    await api.get(`/v1/orders?${hush}=${hush}`, headers);
    await api.get(`/v1/${hush}`, headers);
    await api.post('/v1/orders', newOrder({ customer_id: hush, order_number: hush }), headers);
    await api.post('/v1/orders', newOrder({ customer_id: hush, order_number: hush }), {
      ...headers,
      'idempotency-key': 'b',
    });
    await api.post('/v1/orders', newOrder({ [hush]: hush }), headers);
    await api.post('/v1/orders', `{"${hush}": `, { ...headers, 'content-type': 'application/json' });
    await api.post('/v1/orders', hush, { ...headers, 'content-type': `text/${hush}` });
    await api.post(`/v1/orders/${id}/pay`, { reason: hush }, { ...headers, 'if-match': `"${hush}"` });
    expect(api.log.length).toBeGreaterThan(9);
    expect(JSON.stringify(api.log)).not.toContain(hush);
  });

  it('stays one line whatever a client sends', async () => {
    await api.get('/v1/orders/1?x=%0A%7B%22level%22%3A%22fatal%22%7D', { 'x-request-id': 'a\\n{"level":"fatal"}' });
    expect(api.log.filter(({ level }) => level === 'fatal')).toEqual([]);
  });
});

describe('/metrics', () => {
  const scrape = async () => {
    const answer = await api.get('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    return answer.body;
  };
  const valueOf = (text: string, series: string) => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? 0 : Number(line.slice(series.length + 1));
  };

  it('counts requests by the template of their route, method and status', async () => {
    const seriesOf = (path: string, status: number) =>
      `http_requests_total{path="${path}",method="GET",status="${status}"}`;
    const before = await scrape();
    const { id } = await placeOrder(api);
    await api.get(`/v1/orders/${id}`);
    await api.get(`/v1/orders/${id}?colour=red`);
    await api.get('/v1/orders/999999');
    const after = await scrape();
    const grown = (series: string) => valueOf(after, series) - valueOf(before, series);
    expect(grown(seriesOf('/v1/orders/:id', 200))).toBe(2);
    expect(grown(seriesOf('/v1/orders/:id', 404))).toBe(1);
    expect(grown('http_requests_total{path="/v1/orders",method="POST",status="201"}')).toBe(1);
    expect(grown('http_request_duration_seconds_count{path="/v1/orders/:id",method="GET"}')).toBe(3);
  });

  it('tells of batches, the queue, transitions, jobs, the event loop and the pool', async () => {
    const before = await scrape();
    await deliveredOrder(api);
    const after = await scrape();
    const grown = (series: string) => valueOf(after, series) - valueOf(before, series);
    expect(grown('engine_batch_commands_count')).toBe(5);
    expect(grown('engine_batch_commands_sum')).toBe(5);
    expect(valueOf(after, 'engine_queue_depth')).toBe(0);
    expect(after).toContain('\nengine_queue_depth 0');
    for (const state of ['PENDING_PAYMENT', 'PAID', 'PROCESSING_IN_WAREHOUSE', 'SHIPPED', 'DELIVERED']) {
      expect(grown(`transitions_total{entity="order",state="${state}"}`), state).toBe(1);
    }
    expect(grown('jobs{kind="invoice.render",state="READY"}')).toBe(1);
    expect(after).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
    expect(after).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
    for (const state of ['idle', 'busy', 'waiting']) {
      expect(after).toMatch(new RegExp(`^database_pool_connections\\{state="${state}"\\} \\d`, 'm'));
    }
    expect(after).toMatch(/^# TYPE job_duration_seconds histogram$/m);
  });

  it('takes no label from what a client makes up', async () => {
    const requests = Array.from({ length: 200 }, (_, index) => `/v1/made-up-${index}/${index}`);
    await Promise.all(requests.map((url) => api.get(url)));
    await api.get('/v1/orders/%E0%A4%A');
    const text = await scrape();
    expect(text).not.toContain('made-up');
    const paths = new Set([...text.matchAll(/http_requests_total\{path="([^"]*)"/g)].map(([, path]) => path));
    const documented = Object.keys(api.contract.document.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const path of paths) expect([...documented, 'unmatched']).toContain(path);
    expect(valueOf(text, 'http_requests_total{path="unmatched",method="GET",status="404"}')).toBeGreaterThanOrEqual(
      200,
    );
  });
});

describe('health', () => {
  it('lives while the process does; is ready until it begins to stop', async () => {
    expect((await api.get('/health')).json()).toEqual({ status: 'ok' });
    expect((await api.get('/ready')).json()).toEqual({
      status: 'ready',
      checks: { database: { status: 'ok' }, process: { status: 'ok' } },
    });
    api.accepting = false;
    const stopping = await api.get('/ready');
    api.accepting = true;
    expect(stopping.statusCode).toBe(503);
    expect(stopping.json()).toMatchObject({ status: 'not_ready', checks: { process: { status: 'failing' } } });
    expect((await api.get('/health')).statusCode).toBe(200);
  });
});

it('every error of the API is a problem that names itself', async () => {
  const { status, code, title, detail, type } = (await api.get('/nowhere')).json<ProblemJson>();
  expect({ status, code, title, detail, type }).toEqual({
    status: 404,
    code: 'route.not_found',
    title: 'There is nothing at this address.',
    detail: 'There is no GET /nowhere.',
    type: 'urn:roundtrip:problem:route.not_found',
  });
});
