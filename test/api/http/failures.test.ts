import { afterAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { moveOrder, newOrder, placeOrder, type OrderJson, type ProblemJson } from '../../support/shop/shop.ts';
import { TcpProxy } from '../../support/servers/tcp-proxy.ts';
import { useSessions } from '../../support/sessions.ts';

describe('something that nobody foresaw', () => {
  const api = useApi();

  it('is answered 500 without a word of its insides, and logged whole under the request id', async () => {
    const { id } = await placeOrder(api);
    await api.database.pool.query('ALTER TABLE refunds RENAME TO elsewhere');
    const requests = [
      ['GET', '/v1/refunds?order_id=1'],
      ['GET', `/v1/orders/${id}`],
      ['POST', `/v1/orders/${id}/pay`],
    ] as const;
    for (const [index, [method, url]] of requests.entries()) {
      const requestId = `failure-${index}`;
      const payload = method === 'POST' ? { reason: 'hush' } : undefined;
      const answer = await api.send({ method, url, payload, headers: { 'x-request-id': requestId } });
      expect(answer.statusCode).toBe(500);
      expect(Object.keys(answer.json<ProblemJson>()).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type']);
      expect(answer.body).not.toMatch(/refunds|relation|42P01|select|\.ts|node_modules| at /i);
      const logged = api.log.filter(({ request_id, level }) => request_id === requestId && level === 'error');
      expect(JSON.stringify(logged)).toContain('42P01');
      expect(JSON.stringify(logged)).not.toContain('hush');
    }
    await api.database.pool.query('ALTER TABLE elsewhere RENAME TO refunds');
    expect((await moveOrder(api, id, 'pay')).state).toBe('PAID');
  });
});

describe('more than can be answered soon', () => {
  const api = useApi({ maxQueuedWeight: 4 });

  it('is refused with 503 and Retry-After, nothing done; what was taken is done', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => api.post('/v1/orders', newOrder({ order_number: `FLOOD-${index}` }))),
    );
    const taken = answers.filter(({ statusCode }) => statusCode === 201);
    const refused = answers.filter(({ statusCode }) => statusCode === 503);
    expect(taken.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(taken.length + refused.length).toBe(40);
    for (const answer of refused) {
      expect(answer.json<ProblemJson>().code).toBe('service.overloaded');
      expect(answer.headers['retry-after']).toBe('1');
    }
    const { rows } = await api.database.pool.query<{ order_number: string }>('SELECT order_number FROM orders');
    expect(rows.map(({ order_number }) => order_number).toSorted()).toEqual(
      taken.map((answer) => answer.json<OrderJson>().order_number).toSorted(),
    );
  });
});

describe('a database that is away', () => {
  const proxy = new TcpProxy();
  const api = useApi({ proxy });
  afterAll(() => proxy.cut());

  it('is answered 503 with Retry-After everywhere, and all is well once it is back', async () => {
    const { id } = await placeOrder(api);
    const requests = [
      ['GET', '/v1/orders'],
      ['GET', `/v1/orders/${id}`],
      ['GET', `/v1/orders/${id}/transitions`],
      ['GET', `/v1/orders/${id}/invoice`],
      ['GET', '/v1/returns'],
      ['GET', '/v1/refunds/1'],
      ['GET', '/v1/jobs'],
      ['POST', `/v1/orders/${id}/pay`],
    ] as const;
    for (let round = 1; round <= 2; round += 1) {
      await proxy.cut();
      for (const [method, url] of requests) {
        const answer = await api.send({ method, url, payload: method === 'POST' ? {} : undefined });
        expect(answer.statusCode, `${method} ${url}`).toBe(503);
        expect(answer.json<ProblemJson>().code).toBe('service.unavailable');
      }
      expect((await api.get('/health')).statusCode).toBe(200);
      const ready = await api.get('/ready');
      expect(ready.statusCode).toBe(503);
      expect(ready.json()).toMatchObject({ status: 'not_ready', checks: { database: { status: 'failing' } } });
      expect((await api.get('/metrics')).statusCode).toBe(200);

      await proxy.restore();
      for (const [method, url] of requests.slice(0, 3)) {
        expect((await api.send({ method, url })).statusCode, `${method} ${url}`).toBe(200);
      }
      expect((await api.get('/ready')).statusCode).toBe(200);
    }
    expect((await moveOrder(api, id, 'pay')).payments).toHaveLength(1);
  });

  it('has done each order that it answered 201 once, and none that it answered 503 with a key twice', async () => {
    const place = (index: number) =>
      api.post('/v1/orders', newOrder({ order_number: `CUT-${index}` }), { 'idempotency-key': `cut-${index}` });
    const first = Array.from({ length: 100 }, (_, index) => place(index));
    await first[0];
    const rest = Array.from({ length: 100 }, (_, index) => place(100 + index));
    await proxy.cut();
    const answers = await Promise.all([...first, ...rest]);
    await proxy.restore();
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201, 503]));
    const again = await Promise.all(Array.from({ length: 200 }, (_, index) => place(index)));
    for (const [index, { statusCode, body }] of again.entries()) {
      expect(statusCode).toBe(201);
      if (answers[index]?.statusCode === 201) expect(body).toBe(answers[index].body);
    }
    const { rowCount } = await api.database.pool.query("SELECT FROM orders WHERE order_number LIKE 'CUT-%'");
    expect(rowCount).toBe(200);
  });
});

describe('a database that takes no writes, as the standby does that is met while the primary changes', () => {
  const api = useApi();
  const sessions = useSessions(api.database);

  it('is told by /ready and by 503, and all is well once it takes them', async () => {
    const administrator = await sessions.open();
    const setting = `DATABASE ${new URL(api.database.url).pathname.slice(1)}`;
    await administrator.query(`ALTER ${setting} SET default_transaction_read_only = on`);
    // Those that were there before go on as they were.
    await administrator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const ready = await api.get('/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ status: 'not_ready', checks: { database: { status: 'failing' } } });
    const refused = await api.post('/v1/orders', newOrder({ order_number: 'READ-ONLY' }));
    expect([refused.statusCode, refused.json<ProblemJson>().code]).toEqual([503, 'service.unavailable']);

    await administrator.query(`ALTER ${setting} RESET default_transaction_read_only`);
    expect((await api.get('/ready')).statusCode).toBe(200);
    expect((await api.post('/v1/orders', newOrder({ order_number: 'READ-ONLY' }))).statusCode).toBe(201);
  });
});
