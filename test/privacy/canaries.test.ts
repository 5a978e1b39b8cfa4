import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBackend, type Backend } from '../../src/cli/backend.ts';
import { startGateway } from '../../src/cli/roles/gateway.ts';
import type { Role } from '../../src/cli/roles/role.ts';
import { startWeb } from '../../src/cli/roles/web.ts';
import { startWorker } from '../../src/cli/roles/worker.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { useDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { useServers } from '../support/servers/test-servers.ts';

/** A day's work of web, worker and gateway, all of whose texts are planted: none may be in a log line, or in the metrics. */
const database = useDatabase();
const servers = useServers();
const canary = (what: string) => `canary-${what}-7f3a`;
const EMAIL = `${canary('mailbox')}@example.com`;
const REFUSED_EMAIL = `${canary('refused')}@example.com`;
const CARD = '4111111111111111';
const PARTY = { name: canary('name'), address_lines: [canary('street')], city: canary('city'), country_code: 'IN' };
const PERSON = { customer_id: canary('customer'), customer_email: EMAIL, bill_to: PARTY };
const ITEM = { sku: 'SKU', title: 'Thing', quantity: 3, unit_price_minor: 10_000 };

const lines: string[] = [];
const running: Role[] = [];
let backend: Backend;
let folder: string;
let mailServer: Server;
let webUrl: string;
let metricsText = '';
/** Texts that nobody chose, and that are secret all the same. */
const secrets: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canaries '));
  mailServer = createServer((socket) => {
    socket.write('220 mail.example ESMTP\r\n');
    let inData = false;
    createInterface({ input: socket }).on('line', (line) => {
      if (inData) {
        if (line !== '.') return;
        inData = false;
        socket.write('250 taken\r\n');
      } else if (line.startsWith('RCPT') && line.includes('refused')) {
        // As mail servers do, it says whom it does not know.
        socket.write(`550 5.1.1 <${REFUSED_EMAIL}>: no such mailbox\r\n`);
      } else if (line === 'DATA') {
        inData = true;
        socket.write('354 go on\r\n');
      } else socket.write('250 ok\r\n');
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
  const address = mailServer.address();
  const config = readConfig({
    DATABASE_URL: database.url,
    PORT: '0',
    GATEWAY_PORT: '0',
    SMTP_URL: `smtp://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    INVOICE_OUTPUT_DIR: join(folder, 'invoices'),
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    REFUND_APPROVAL_ABOVE_MINOR: '5000',
  });
  const logger = createLogger('trace', { write: (line) => lines.push(line) });
  backend = createBackend(config, database.url, logger);
  const webhookSecrets = { ...config.payments.webhookSecrets, local: canary('gateway-secret') };
  const gateway = await startGateway(config, database.url, logger, {
    url: () => `${webUrl}/v1/webhooks/local`,
    secret: webhookSecrets.local,
  });
  running.push(gateway);
  running.push(await startWorker(backend, gateway.url));
  const web = await startWeb(backend, 0, { webhookSecrets });
  running.push(web);
  webUrl = web.url;
});
afterAll(async () => {
  for (const role of running.reverse()) await role.stop();
  await backend.close();
  mailServer.close();
  await rm(folder, { recursive: true });
});

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(webUrl + path, {
    method,
    headers: {
      'content-type': 'application/json',
      'user-agent': canary('agent'),
      cookie: `a=${canary('cookie')}`,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return { status: answer.status, body: isJson ? (JSON.parse(text) as Answered['body']) : {} } satisfies Answered;
}

/** By the key that closes the door. */
let key = '';
async function done(method: string, path: string, body?: unknown): Promise<Answered['body'] & { id: number }> {
  const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
  // Taken where an answer holds no secret.
  if (/^POST .v1.(orders|returns)/.test(`${method} ${path}`)) {
    headers['idempotency-key'] = canary(`key-${randomBytes(4).toString('hex')}`);
  }
  const answer = await send(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Answered['body'] & { id: number };
}

async function shippedOrder(person: object): Promise<number> {
  const { id } = await done('POST', '/v1/orders', { ...person, items: [ITEM] });
  await done('POST', `/v1/orders/${id}/payments`, { amount_minor: 10_000, reference: CARD, method: canary('method') });
  await done('POST', `/v1/orders/${id}/payments`, {
    amount_minor: 20_000,
    gateway: 'local',
    payment_token: canary('token'),
  });
  await eventually('the order is paid', async () => (await done('GET', `/v1/orders/${id}`))['state'] === 'PAID');
  for (const event of ['process', 'ship', 'deliver'])
    await done('POST', `/v1/orders/${id}/${event}`, { reason: canary('move') });
  return id;
}

it('is in no line of any log, at the finest level, and in no metric', async () => {
  const made = await done('POST', '/v1/keys', { name: 'day', role: 'admin' });
  key = String(made['secret']);
  const staff = { authorization: `Bearer ${key}` };
  const others = await done('POST', '/v1/keys', { name: 'second person', role: 'finance' });
  const receiver = await servers.httpServer((_request, response) => response.writeHead(500).end(canary('receiver')));
  const endpoint = await done('POST', '/v1/webhook-endpoints', {
    url: `${receiver}/${canary('path')}`,
    description: canary('endpoint'),
  });
  const token = String((await done('POST', '/v1/customer-tokens', { customer_id: PERSON.customer_id }))['token']);
  secrets.push(
    key.slice(14),
    String(others['secret']).slice(14),
    String(endpoint['secret']),
    token.split('.')[2] ?? '',
  );

  // What goes well.
  const order = await shippedOrder(PERSON);
  const { items } = (await done('GET', `/v1/orders/${order}`)) as unknown as { items: { id: number }[] };
  const returned = await done('POST', `/v1/orders/${order}/returns`, {
    reason: canary('return'),
    items: [{ order_item_id: items[0]?.id, quantity: 1 }],
  });
  for (const event of ['approve', 'dispatch', 'receive', 'complete']) {
    await done('POST', `/v1/returns/${returned.id}/${event}`, { reason: canary('return-move') });
  }
  const refunds = await done('POST', `/v1/orders/${order}/refunds`, {
    amount_minor: 6_000,
    reason: canary('goodwill'),
  });
  const [refund] = refunds['data'] as { id: number }[];
  const approved = await send(
    'POST',
    `/v1/refunds/${refund?.id}/approve`,
    { reason: canary('approval') },
    {
      authorization: `Bearer ${String(others['secret'])}`,
    },
  );
  expect(approved.status).toBe(200);
  await done('GET', `/v1/orders?customer_id=${PERSON.customer_id}&sku=${canary('sku')}`);
  await done('GET', `/v1/search?q=${canary('name')}`);

  // What does not: at the mail server, at the receiver, in requests, and where nobody foresaw it.
  await shippedOrder({ customer_id: canary('other'), customer_email: REFUSED_EMAIL });
  const failing: readonly (readonly [number, string, string, unknown, Record<string, string>?])[] = [
    [401, 'GET', '/v1/orders', undefined, { authorization: `Bearer rt_live_${canary('guess')}` }],
    [401, 'GET', '/v1/orders', undefined, { authorization: `Basic ${canary('basic')}` }],
    [401, 'GET', `/v1/orders?api_key=${canary('query-key')}`, undefined, staff],
    [401, 'GET', `/v1/orders?after=${token}`, undefined, staff],
    [400, 'POST', '/v1/orders', `{"customer_id":"${canary('malformed')}"`, staff],
    [400, 'POST', '/v1/orders', { ...PERSON, [canary('field')]: 1, items: [ITEM] }, staff],
    [404, 'GET', `/v1/${canary('route')}`, undefined, staff],
    [400, 'GET', `/v1/orders/${canary('id')}`, undefined, staff],
    [409, 'POST', `/v1/orders/${order}/cancel`, { reason: canary('late') }, staff],
    [401, 'POST', '/v1/webhooks/local', { event: canary('forged') }, { 'webhook-signature': canary('signature') }],
  ];
  for (const [status, method, path, body, headers] of failing) {
    expect((await send(method, path, body, headers)).status, `${method} ${path}`).toBe(status);
  }
  await database.pool.query(
    `ALTER TABLE orders ADD CONSTRAINT broken CHECK (customer_email NOT LIKE '%broken%') NOT VALID`,
  );
  const unforeseen = { ...PERSON, customer_email: `${canary('broken')}@example.com`, items: [ITEM] };
  expect((await send('POST', '/v1/orders', unforeseen, staff)).status).toBe(500);
  await database.pool.query('ALTER TABLE orders DROP CONSTRAINT broken');

  // The evening: all that can be done by itself is, the rest has failed at least once.
  await eventually('jobs are through, or have failed', async () => {
    const { rows } = await database.pool.query(`SELECT FROM jobs WHERE state NOT IN ('DONE', 'DEAD') AND attempts = 0`);
    return rows.length === 0;
  });
  await eventually('a webhook was answered', async () => {
    const { rows } = await database.pool.query('SELECT FROM webhook_attempts');
    return rows.length > 0;
  });
  await database.pool.query(`UPDATE jobs SET state = 'DEAD' WHERE kind = 'invoice.email' AND state <> 'DONE'`);
  await done('GET', `/v1/customers/export?customer_id=${PERSON.customer_id}`);
  await eventually('the customer is erased', async () => {
    const erased = await send('POST', '/v1/customers/erase', { customer_id: PERSON.customer_id }, staff);
    return erased.status === 200;
  });
  metricsText = await (await fetch(`${webUrl}/metrics`, { headers: staff })).text();

  const text = lines.join('') + metricsText;
  expect(lines.length).toBeGreaterThan(50);
  const leaks = [...lines, ...metricsText.split('\n')].filter((line) =>
    ['canary', CARD, ...secrets].some((planted) => line.includes(planted)),
  );
  expect(leaks).toEqual([]);
  // That much is said, so that silence is not what passes.
  expect(text).toContain('"path":"/v1/orders/:id/returns"');
  expect(text).toContain('job is dead');
  expect(text).toContain('the request failed');
  for (const secret of secrets) expect(secret.length).toBeGreaterThan(20);
});
