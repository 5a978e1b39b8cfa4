import { beforeEach, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useServers } from '../../../test/support/servers/test-servers.ts';
import { isSignedWebhook, SIGNATURE_HEADER } from '../../platform/http/webhook-signature.ts';
import { createLogger } from '../../platform/logger.ts';
import { EVENT_LOG } from '../books/event-log.ts';
import { PaymentBook } from '../books/payment-book.ts';
import { deliverEvents, type WebhookTarget } from './sender.ts';

const database = useDatabase();
const servers = useServers();
const logger = createLogger('silent');
const SECRET = 'a-secret-of-the-test';

interface Received {
  readonly signature: string;
  readonly body: Buffer;
}

/** Answers as told, and keeps what it got. */
async function receiver(status: () => number): Promise<{ target: WebhookTarget; received: Received[] }> {
  const received: Received[] = [];
  const url = await servers.httpServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received.push({ signature: String(incoming.headers[SIGNATURE_HEADER]), body: Buffer.concat(chunks) });
      response.writeHead(status()).end();
    });
  });
  return { target: { url: () => url, secret: SECRET }, received };
}

beforeEach(async () => {
  await database.pool.query('TRUNCATE gateway.events');
  const payment = { reference: 'payment-7', amountMinor: 100, currency: 'INR', paymentToken: 't', capture: false };
  const key = `auth-${Math.random()}`;
  await new PaymentBook(database.pool, EVENT_LOG).authorise(key, payment, { declineCode: null, settlesAfterMs: null });
});

const eventsLeft = async () => {
  const { rows } = await database.pool.query<{ attempts: number; due: boolean; delivered: boolean }>(
    `SELECT attempts, deliver_at IS NOT NULL AS due, delivered_at IS NOT NULL AS delivered FROM gateway.events`,
  );
  return rows;
};

test('an event is told once, signed over its very bytes', async () => {
  const { target, received } = await receiver(() => 200);
  await deliverEvents(database.pool, target, logger);
  await deliverEvents(database.pool, target, logger);
  expect(received).toHaveLength(1);
  const [{ signature, body }] = received as [Received];
  expect(JSON.parse(body.toString())).toMatchObject({
    id: expect.stringMatching(/^evt_/) as unknown,
    type: 'payment.authorised',
    data: { reference: 'payment-7', id: expect.stringMatching(/^pay_/) as unknown },
  });
  expect(isSignedWebhook(signature, { secret: SECRET, body, now: new Date(), toleranceSeconds: 300 })).toBe(true);
  expect(await eventsLeft()).toEqual([{ attempts: 1, due: false, delivered: true }]);
});

test('one that is not taken is told again after a pause, and given up after its tries', async () => {
  let status = 500;
  const { target, received } = await receiver(() => status);
  await deliverEvents(database.pool, target, logger);
  expect(await eventsLeft()).toEqual([{ attempts: 1, due: true, delivered: false }]);
  await deliverEvents(database.pool, target, logger);
  expect(received).toHaveLength(1);

  await database.pool.query(`UPDATE gateway.events SET deliver_at = now() - interval '1 s'`);
  status = 204;
  await deliverEvents(database.pool, target, logger);
  expect(await eventsLeft()).toEqual([{ attempts: 2, due: false, delivered: true }]);

  await database.pool.query(
    `UPDATE gateway.events SET deliver_at = now() - interval '1 s', delivered_at = NULL, attempts = 9`,
  );
  status = 500;
  await deliverEvents(database.pool, target, logger);
  expect(await eventsLeft()).toEqual([{ attempts: 10, due: false, delivered: false }]);
});

test('as long as the address is not known, events wait', async () => {
  await deliverEvents(database.pool, { url: () => undefined, secret: SECRET }, logger);
  expect(await eventsLeft()).toEqual([{ attempts: 0, due: true, delivered: false }]);
});
