import { referenceOf } from '../../support/shop/reference.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { SIGNATURE_HEADER, signWebhook } from '../../../src/platform/http/webhook-signature.ts';
import { PAYMENT_WEBHOOK_SECRETS, useApi } from '../../support/api.ts';
import { moveOrder, placeOrder } from '../../support/shop/shop.ts';

const api = useApi();

interface SendOptions {
  readonly at?: Date;
  readonly secret?: string;
  readonly signedBody?: string;
}

let number = 0;
const eventOf = (reference: string, id = `evt_${(number += 1)}`, type = 'refund.succeeded') =>
  JSON.stringify({ id, type, created_at: '2026-04-01T10:00:00Z', data: { id: 'rf_1', reference } });

function send(
  body: string,
  { at = new Date(), secret = PAYMENT_WEBHOOK_SECRETS.local, signedBody = body }: SendOptions = {},
) {
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signWebhook(secret, signedBody, at) };
  return api.send({ method: 'POST', url: '/v1/webhooks/local', headers, payload: body });
}

const written = async () => {
  const { rows } = await api.database.pool.query<{ events: number; jobs: number }>(
    `SELECT (SELECT count(*) FROM gateway_events) AS events,
            (SELECT count(*) FROM jobs WHERE kind = 'refund.inquire') AS jobs`,
  );
  return rows[0];
};

beforeEach(async () => {
  await api.database.pool.query(`TRUNCATE gateway_events; UPDATE jobs SET state = 'DONE' WHERE kind = 'refund.inquire';
     DELETE FROM jobs WHERE kind = 'refund.inquire'`);
});

/** Cancelling a paid order makes its refund. */
async function openRefund(): Promise<number> {
  const { id } = await placeOrder(api);
  const { refunds } = await moveOrder(api, id, 'pay', 'cancel');
  return refunds[0]?.id ?? 0;
}

describe('a webhook that holds', () => {
  test('is taken once, with one job to ask the gateway, however often it comes at once', async () => {
    const body = eventOf(await referenceOf(api.database.pool, 'refund', await openRefund()));
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array<number>(10).fill(200));
    const duplicates = answers.map((answer) => answer.json<{ duplicate: boolean }>().duplicate);
    expect(duplicates.filter((duplicate) => !duplicate)).toHaveLength(1);
    expect(await written()).toEqual({ events: 1, jobs: 1 });
  });

  test('about a refund that is settled is taken, and nobody asks any more', async () => {
    const refundId = await openRefund();
    await api.database.pool.query(`UPDATE refunds SET state = 'SUCCEEDED' WHERE id = $1`, [refundId]);
    expect((await send(eventOf(await referenceOf(api.database.pool, 'refund', refundId)))).statusCode).toBe(200);
    expect(await written()).toEqual({ events: 1, jobs: 0 });
  });

  test.each(['refund.failed', 'charge.refund.updated'])(
    'about a refund that was paid, and of a type that says that one has failed (%s), has the gateway asked',
    async (type) => {
      const refundId = await openRefund();
      await api.database.pool.query(`UPDATE refunds SET state = 'SUCCEEDED' WHERE id = $1`, [refundId]);
      const reference = await referenceOf(api.database.pool, 'refund', refundId);
      expect((await send(eventOf(reference, undefined, type))).statusCode).toBe(200);
      expect(await written()).toEqual({ events: 1, jobs: 1 });
    },
  );

  test("about another installation's refund of the same id is taken and causes nothing", async () => {
    const refundId = await openRefund();
    for (const reference of [`refund-${refundId}`, `refund-r000000000000-${refundId}`]) {
      expect((await send(eventOf(reference))).statusCode).toBe(200);
    }
    expect(await written()).toEqual({ events: 2, jobs: 0 });
  });

  test.each(['refund-999999', 'payment-999999', 'order-7', 'somebody else', 'refund-9007199254740993'])(
    'about %s, which is none of ours, is taken and causes nothing',
    async (reference) => {
      expect((await send(eventOf(reference))).statusCode).toBe(200);
      expect(await written()).toEqual({ events: 1, jobs: 0 });
    },
  );

  test('is read by its bytes, whatever JSON would make of them', async () => {
    const body = eventOf('order-7').replace('{"id"', '{ "note": 1e400, "note": "\\u0000", "id"');
    expect((await send(body)).statusCode).toBe(200);
    expect(await written()).toMatchObject({ events: 1 });
  });
});

describe('a webhook that does not hold', () => {
  test.each<[string, SendOptions]>([
    ['signed by another secret', { secret: 'another-secret-of-the-test' }],
    ['signed over other bytes', { signedBody: '{}' }],
    ['signed six minutes ago', { at: new Date(Date.now() - 360_000) }],
    ['signed a quarter of an hour ahead', { at: new Date(Date.now() + 900_000) }],
  ])('%s is 401, and nothing is written', async (_what, options) => {
    const answer = await send(eventOf(await referenceOf(api.database.pool, 'refund', await openRefund())), options);
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'gateway.webhook_not_verified' }]);
    expect(await written()).toEqual({ events: 0, jobs: 0 });
  });

  test('without a signature or a body is 401', async () => {
    const bare = { method: 'POST', url: '/v1/webhooks/local' } as const;
    expect(
      (await api.send({ ...bare, headers: { 'content-type': 'application/json' }, payload: '{}' })).statusCode,
    ).toBe(401);
    expect((await api.send(bare)).statusCode).toBe(401);
    expect(await written()).toEqual({ events: 0, jobs: 0 });
  });

  test('of a gateway without a secret here is 404, and of none that there is 400', async () => {
    const headers = { 'content-type': 'application/json' };
    const to = (gateway: string) =>
      api.send({ method: 'POST', url: `/v1/webhooks/${gateway}`, headers, payload: '{}' });
    expect((await to('razorpay')).json()).toMatchObject({ status: 404, code: 'gateway.not_configured' });
    expect((await to('paypal')).json()).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  test('over 512 KiB is 413, and of another type 415', async () => {
    expect((await send(JSON.stringify({ id: ' '.repeat(512 * 1024) }))).statusCode).toBe(413);
    const headers = { 'content-type': 'text/plain', [SIGNATURE_HEADER]: 't=1,v1=00' };
    const answer = await api.send({ method: 'POST', url: '/v1/webhooks/local', headers, payload: '{}' });
    expect(answer.statusCode).toBe(415);
    expect(await written()).toEqual({ events: 0, jobs: 0 });
  });
});

test('elsewhere bodies are parsed as strictly as ever', async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await api.send({ method: 'POST', url: '/v1/orders', headers, payload: '{"a":1,"a":2}' });
  expect(answer.json()).toMatchObject({ status: 400, code: 'request.malformed' });
});
