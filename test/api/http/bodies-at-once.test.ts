import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useApi, type Answer } from '../../support/api.ts';
import { beginBody, rawExchange } from '../../support/http/raw-http.ts';
import { bearer, issueKey } from '../../support/keys.ts';
import { newOrder, type ProblemJson } from '../../support/shop/shop.ts';

const BYTES_OF_A_WEBHOOK = 512 * 1024;
const BYTES_OF_AN_ORDER = 2 * 1024 * 1024;

const api = useApi({ trustedProxies: ['127.0.0.0/8'] });
let port: number;
let keys: readonly string[];
beforeAll(async () => {
  port = await api.listen();
  const { secret } = await issueKey(api, { name: 'first', role: 'admin' });
  const others = ['second', 'third'].map((name) => issueKey(api, { name, role: 'admin' }, secret));
  keys = [secret, ...(await Promise.all(others)).map((key) => key.secret)];
});

const sockets: Socket[] = [];
const leave = () => {
  for (const socket of sockets.splice(0)) socket.destroy();
};
afterEach(leave);

const headOf = (path: string, fields: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...fields, ''].join('\r\n');
/** Sends so many heads, each with one byte of its body. */
async function leaveUnfinished(count: number, path: string, fields: readonly string[]): Promise<void> {
  const head = headOf(path, fields);
  sockets.push(...(await Promise.all(Array.from({ length: count }, () => beginBody(port, head)))));
}

const SIGNED = { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' };
const webhookFrom = (address: string) =>
  api.send({ method: 'POST', url: '/v1/webhooks/stripe', headers: SIGNED, payload: '{}', remoteAddress: address });
const signInFrom = (address: string) =>
  api.send({
    method: 'POST',
    url: '/v1/session',
    payload: { email: 'asha@shop.example', password: 'not hers' },
    remoteAddress: address,
  });
const orderBy = (key = '') => api.post('/v1/orders', newOrder(), bearer(key));

function expectBusy(answer: Answer): void {
  expect(answer.json<ProblemJson>()).toMatchObject({ status: 503, code: 'service.busy' });
  expect(answer.headers['retry-after']).toBe('1');
}

describe("a gateway's webhook that is not taken whatever its body is", () => {
  it.for([
    ['of a gateway without a secret here', '/v1/webhooks/razorpay', 404, 'gateway.not_configured'],
    ['of no gateway that there is', '/v1/webhooks/paypal', 400, 'request.invalid'],
    ['without a signature', '/v1/webhooks/stripe', 401, 'gateway.webhook_not_verified'],
  ] as const)('%s is answered before its body has come', async ([, path, status, code]) => {
    const head = headOf(path, [`Content-Length: ${BYTES_OF_A_WEBHOOK}`, 'Connection: close']);
    const answer = await rawExchange(port, `${head}\r\n{`);
    expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  });
});

describe('strangers who leave webhooks unfinished', () => {
  const fieldsFrom = (address: string) => [
    `X-Forwarded-For: ${address}`,
    'Stripe-Signature: t=1,v1=00',
    `Content-Length: ${BYTES_OF_A_WEBHOOK}`,
  ];

  it('hold what one address may, then are refused with 503, while others are answered; it is given back once they go', async () => {
    await leaveUnfinished(8, '/v1/webhooks/stripe', fieldsFrom('203.0.113.1'));
    expectBusy(await webhookFrom('203.0.113.1'));
    expect((await webhookFrom('203.0.113.2')).statusCode).toBe(401);
    leave();
    await expect.poll(async () => (await webhookFrom('203.0.113.1')).statusCode).toBe(401);
  });

  it('from wherever they come hold what all of them may, and keep nobody from signing in', async () => {
    for (const host of [1, 2, 3, 4]) await leaveUnfinished(8, '/v1/webhooks/stripe', fieldsFrom(`203.0.113.${host}`));
    expectBusy(await webhookFrom('203.0.113.5'));
    expect((await signInFrom('203.0.113.1')).statusCode).toBe(401);
    expect((await orderBy(keys[0])).statusCode).toBe(201);
    leave();
    await expect.poll(async () => (await webhookFrom('203.0.113.5')).statusCode).toBe(401);
  });

  it('of an IPv6 network are one', async () => {
    for (const host of [1, 2]) await leaveUnfinished(4, '/v1/webhooks/stripe', fieldsFrom(`2001:db8::${host}`));
    expectBusy(await webhookFrom('2001:db8::3'));
  });
});

it('a body in many small pieces counts as the memory that they take, and its client reads the answer', async () => {
  const head = headOf('/v1/webhooks/stripe', [
    'Stripe-Signature: t=1,v1=00',
    'Transfer-Encoding: chunked',
    'Connection: close',
  ]);
  const answer = await rawExchange(port, `${head}\r\n${'1\r\n \r\n'.repeat(20_000)}0\r\n\r\n`);
  expect(JSON.parse(answer.body)).toMatchObject({ status: 503, code: 'service.busy' });
  const few = await rawExchange(port, `${head}\r\n${'1\r\n \r\n'.repeat(1_000)}0\r\n\r\n`);
  expect(few.status).toBe(401);
});

it('a body in chunks that is broken off is given back', async () => {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const fields = ['X-Forwarded-For: 203.0.113.9', 'Stripe-Signature: t=1,v1=00', 'Transfer-Encoding: chunked'];
  socket.write(`${headOf('/v1/webhooks/stripe', fields)}\r\n${'1\r\n \r\n'.repeat(4_096)}`);
  await expect.poll(async () => (await webhookFrom('203.0.113.9')).statusCode).toBe(503);
  leave();
  await expect.poll(async () => (await webhookFrom('203.0.113.9')).statusCode).toBe(401);
});

describe('callers who leave orders unfinished', () => {
  const fieldsOf = (key = '', bytes = BYTES_OF_AN_ORDER) => [
    `Authorization: Bearer ${key}`,
    `Content-Length: ${bytes}`,
  ];

  it('have their share and no more, so that others are answered; it is given back once they go', async () => {
    await leaveUnfinished(16, '/v1/orders', fieldsOf(keys[0]));
    const refused = await orderBy(keys[0]);
    expect(refused.json<ProblemJson>()).toMatchObject({ status: 429, code: 'rate.too_many_at_once' });
    expect(refused.headers['retry-after']).toBe('1');
    expect((await orderBy(keys[1])).statusCode).toBe(201);
    expect((await api.get('/v1/orders', bearer(keys[0] ?? ''))).statusCode).toBe(200);
    leave();
    await expect.poll(async () => (await orderBy(keys[0])).statusCode).toBe(201);
  });

  it('together hold what a process takes on', async () => {
    await leaveUnfinished(16, '/v1/orders', fieldsOf(keys[0]));
    await leaveUnfinished(16, '/v1/orders', fieldsOf(keys[1]));
    await expect.poll(async () => (await orderBy(keys[2])).statusCode).toBe(503);
    expectBusy(await orderBy(keys[2]));
    leave();
    await expect.poll(async () => (await orderBy(keys[2])).statusCode).toBe(201);
  });

  it('may have 64 of two thousand lines', async () => {
    await leaveUnfinished(64, '/v1/orders', fieldsOf(keys[0], 400 * 1024));
    expect((await orderBy(keys[0])).statusCode).toBe(201);
  });
});
