import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { breakOff, rawExchange, type Drip, type RawExchange } from '../../support/http/raw-http.ts';
import { newOrder, type OrderJson } from '../../support/shop/shop.ts';

const api = useApi();
let port: number;
beforeAll(async () => {
  port = await api.listen();
});

const ORDER = JSON.stringify(newOrder());
const CLOSE = 'Host: localhost\r\nConnection: close\r\n';
const POST = `POST /v1/orders HTTP/1.1\r\n${CLOSE}Content-Type: application/json\r\n`;

/** Whatever is wrong with a request, the answer is a problem with an id that the log knows too. */
function expectProblem({ status, headers, body }: RawExchange, expected: { status: number; code: string }): void {
  expect(status).toBe(expected.status);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['connection']).toBe('close');
  expect(JSON.parse(body)).toMatchObject({
    ...expected,
    title: expect.any(String) as unknown,
    detail: expect.any(String) as unknown,
  });
  const logged = api.log.find(({ request_id }) => request_id === headers['x-request-id']);
  expect(logged).toMatchObject({ status: expected.status });
}

describe('a connection', () => {
  it('answers a request as it is sent', async () => {
    const answer = await rawExchange(port, `${POST}Content-Length: ${ORDER.length}\r\n\r\n${ORDER}`);
    expect(answer.status).toBe(201);
    expect((JSON.parse(answer.body) as OrderJson).state).toBe('PENDING_PAYMENT');
  });

  it('refuses a header of 20 KB with 431', async () => {
    const answer = await rawExchange(port, `GET /health HTTP/1.1\r\n${CLOSE}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expectProblem(answer, { status: 431, code: 'request.header_too_large' });
  });

  const lengths = `Content-Length: ${ORDER.length}\r\nTransfer-Encoding: chunked\r\n`;
  const chunked = `${ORDER.length.toString(16)}\r\n${ORDER}\r\n0\r\n\r\n`;
  const smuggled = [
    ['Content-Length beside Transfer-Encoding', `${POST}${lengths}\r\n${chunked}`],
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: ${ORDER.length}\r\n\r\n${ORDER}`],
    ['a length below zero', `${POST}Content-Length: -1\r\n\r\n`],
    ['an unknown transfer encoding', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`],
    ['a chunk without a size', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['a space before the colon', `GET /health HTTP/1.1\r\n${CLOSE}X-A : 1\r\n\r\n`],
    ['a line that is folded', `GET /health HTTP/1.1\r\n${CLOSE}X-A: 1\r\n 2\r\n\r\n`],
    ['NUL in a header', `GET /health HTTP/1.1\r\n${CLOSE}X-A: a\0b\r\n\r\n`],
    ['an unknown method', `TAKE /health HTTP/1.1\r\n${CLOSE}\r\n`],
    ['something that is not HTTP', 'hello\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ] as const;
  it.for(smuggled)('refuses %s with 400, and does nothing', async ([, request]) => {
    const count = async () =>
      (await api.database.pool.query<{ n: number }>('SELECT count(*) AS n FROM orders')).rows[0]?.n;
    const before = await count();
    expectProblem(await rawExchange(port, request), { status: 400, code: 'request.malformed' });
    expect(await count()).toBe(before);
  });

  it('without a Host is refused', async () => {
    const answer = await rawExchange(port, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(answer.status).toBe(400);
  });

  it('may be broken off in the middle of a body without anyone being told that the database is away', async () => {
    const id = 'broken-off-1';
    await breakOff(port, `${POST}X-Request-ID: ${id}\r\nContent-Length: 1000\r\n`);
    const logged = () => api.log.filter(({ request_id }) => request_id === id);
    await expect.poll(logged).not.toEqual([]);
    expect(logged()).toMatchObject([{ level: 'info', path: '/v1/orders', msg: 'request broken off' }]);
  });
});

describe.concurrent('a connection that takes its time', { timeout: 20_000 }, () => {
  const drip: Drip = { text: 'x', intervalMs: 500 };
  const slow = [
    ['its header', `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: `, drip, 5_000],
    ['its body', `${POST}Content-Length: 100000\r\n\r\n`, { ...drip, text: ' ' }, 10_000],
    ['its chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n`, { ...drip, text: '1\r\n \r\n' }, 10_000],
    ['even its first byte', '', undefined, 5_000],
  ] as const;
  it.for(slow)('over %s is answered 408 and closed', async ([, start, dripped, limitMs], { expect }) => {
    const answer = await rawExchange(port, start, dripped);
    expect(answer.durationMs).toBeGreaterThan(limitMs - 500);
    expect(answer.durationMs).toBeLessThan(limitMs + 2_500);
    expectProblem(answer, { status: 408, code: 'request.timeout' });
  });

  it('keeps nobody else waiting', async ({ expect }) => {
    const begun = performance.now();
    const answer = await rawExchange(port, `GET /health HTTP/1.1\r\n${CLOSE}\r\n`);
    expect(answer.status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

it('a slow body is not counted as our failure', () => {
  const statuses = api.log.map(({ status }) => status).filter((status) => typeof status === 'number');
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});
