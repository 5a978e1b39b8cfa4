import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const PAYMENT = { reference: 'payment-7', amount_minor: 129_900, currency: 'INR', payment_token: 'token-visa' };

interface PaymentJson {
  readonly id: string;
  readonly status: string;
  readonly captured_minor: number;
  readonly decline_code: string | null;
}

beforeEach(async () => {
  await gateway.switchOff();
  // Locked in the order in which the gateway itself settles them.
  await database.pool.query('TRUNCATE gateway.payments, gateway.payment_requests, gateway.refunds');
});

const post = (url: string, payload: object, key: string) =>
  gateway.app.inject({ method: 'POST', url, headers: { 'idempotency-key': key }, payload });
const authorise = async (change: object = {}, key = 'auth-1') =>
  (await post('/v1/payments', { ...PAYMENT, ...change }, key)).json<PaymentJson>();
const read = async (id: string) => (await gateway.get(`/v1/payments/${id}`)).json<PaymentJson>();
const countPayments = async () => (await gateway.get('/v1/payments')).json<{ data: object[] }>().data.length;

describe('a payment', () => {
  test('is authorised, captured in part, and what was not captured cannot be any more', async () => {
    const { id, ...rest } = await authorise();
    expect(rest).toMatchObject({ status: 'authorised', captured_minor: 0, decline_code: null });
    const captured = await post(`/v1/payments/${id}/capture`, { amount_minor: 100_000 }, 'capture-1');
    expect([captured.statusCode, captured.json()]).toMatchObject([
      200,
      { status: 'captured', captured_minor: 100_000 },
    ]);
    const more = await post(`/v1/payments/${id}/capture`, { amount_minor: 29_900 }, 'capture-2');
    expect([more.statusCode, more.json()]).toMatchObject([402, { decline_code: 'not_authorised' }]);
  });

  test('is captured in the same step when asked so', async () => {
    expect(await authorise({ capture: true })).toMatchObject({ status: 'captured', captured_minor: 129_900 });
  });

  test('is voided, and then neither captured nor voided under another key', async () => {
    const { id } = await authorise();
    expect((await post(`/v1/payments/${id}/void`, {}, 'void-1')).json()).toMatchObject({ status: 'voided' });
    for (const [step, key] of [
      ['capture', 'capture-1'],
      ['void', 'void-2'],
    ] as const) {
      const again = await post(`/v1/payments/${id}/${step}`, {}, key);
      expect([again.statusCode, again.json()]).toMatchObject([402, { decline_code: 'not_authorised' }]);
    }
    expect((await post(`/v1/payments/${id}/void`, {}, 'void-1')).statusCode).toBe(200);
  });

  test('is never captured beyond what was authorised', async () => {
    const { id } = await authorise();
    const answer = await post(`/v1/payments/${id}/capture`, { amount_minor: 129_901 }, 'capture-1');
    expect([answer.statusCode, answer.json()]).toMatchObject([402, { decline_code: 'amount_exceeds_authorised' }]);
    expect(await read(id)).toMatchObject({ status: 'authorised', captured_minor: 0 });
  });

  test('by a means that is declined is booked as declined, and the same key gets the same decline', async () => {
    for (const replayed of [undefined, 'true']) {
      const answer = await post('/v1/payments', { ...PAYMENT, payment_token: 'decline' }, 'auth-1');
      expect([answer.statusCode, answer.json()]).toMatchObject([402, { decline_code: 'do_not_honour' }]);
      expect(answer.headers['idempotency-replayed']).toBe(replayed);
    }
    expect(await countPayments()).toBe(1);
  });

  test('that is not there is 404, and its step leaves no trace under the key', async () => {
    expect((await post('/v1/payments/pay_none/capture', {}, 'capture-1')).statusCode).toBe(404);
    const { id } = await authorise();
    expect((await post(`/v1/payments/${id}/capture`, {}, 'capture-1')).statusCode).toBe(200);
  });
});

describe('idempotency', () => {
  test('twenty requests at once with one key make one payment, and get the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/payments', PAYMENT, 'auth-1')));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(await countPayments()).toBe(1);
  });

  test('capture and void at once: one wins, whichever comes first', async () => {
    const { id } = await authorise();
    const answers = await Promise.all([
      post(`/v1/payments/${id}/capture`, {}, 'capture-1'),
      post(`/v1/payments/${id}/void`, {}, 'void-1'),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 402]);
  });

  test('a key that was used for something else is refused, between the steps too', async () => {
    const { id } = await authorise();
    expect((await post('/v1/payments', { ...PAYMENT, amount_minor: 1 }, 'auth-1')).statusCode).toBe(422);
    expect((await post(`/v1/payments/${id}/capture`, {}, 'auth-1')).statusCode).toBe(422);
    expect(await read(id)).toMatchObject({ status: 'authorised' });
  });
});

describe('refunds of a payment', () => {
  const refund = (payment_id: string, amount_minor: number, key: string) =>
    gateway.refund({ reference: key, amount_minor, currency: 'INR', payment_id }, key);

  test('come to no more than was captured, whoever asks at once', async () => {
    const { id } = await authorise({ capture: true });
    const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => refund(id, 50_000, `refund-${index}`)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 402, 402, 402]);
    expect((await refund(id, 29_900, 'refund-9')).statusCode).toBe(201);
    expect((await refund(id, 1, 'refund-10')).json()).toMatchObject({ decline_code: 'amount_exceeds_captured' });
  });

  test('of one that was only authorised, of another currency, or of none are declined', async () => {
    const { id } = await authorise();
    expect((await refund(id, 1, 'refund-1')).json()).toMatchObject({ decline_code: 'amount_exceeds_captured' });
    expect((await refund('pay_none', 1, 'refund-2')).json()).toMatchObject({ decline_code: 'no_such_payment' });
    const answer = await gateway.refund({ reference: 'r', amount_minor: 1, currency: 'EUR', payment_id: id }, 'r');
    expect(answer.json()).toMatchObject({ decline_code: 'currency_differs' });
  });
});

describe('what settles later', () => {
  test.each([
    ['pending', { capture: false }, 'authorised', 0],
    ['pending', { capture: true }, 'captured', 129_900],
    ['pending_decline', { capture: true }, 'declined', 0],
  ] as const)('a %s payment (%j) becomes %s', async (mode, change, status, capturedMinor) => {
    await gateway.switchOn({ mode, on: 'payment', times: 1, delay_ms: 20 });
    const { id, status: first } = await authorise(change);
    expect(first).toBe('pending');
    await expect.poll(() => read(id), { timeout: 5_000 }).toMatchObject({ status, captured_minor: capturedMinor });
  });

  test('a pending refund reserves its amount, and becomes succeeded or declined', async () => {
    const { id } = await authorise({ capture: true });
    await gateway.switchOn({ mode: 'pending_decline', times: 1, delay_ms: 300 });
    const body = { reference: 'refund-1', amount_minor: 129_900, currency: 'INR', payment_id: id };
    expect((await gateway.refund(body, 'refund-1')).json()).toMatchObject({ status: 'pending' });
    expect((await gateway.refund(body, 'refund-2')).statusCode).toBe(402);
    const statuses = async () => (await gateway.books()).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 5_000 }).toEqual(['declined', 'declined']);
    expect((await gateway.refund(body, 'refund-3')).statusCode).toBe(201);
  });
});

test('the totals say what was authorised and captured, by currency and status', async () => {
  await authorise({ capture: true }, 'auth-1');
  await authorise({}, 'auth-2');
  const { data } = (await gateway.get('/v1/payments/totals')).json<{ data: object[] }>();
  expect(data).toEqual([
    { currency: 'INR', status: 'authorised', count: 1, amount_minor: '129900', captured_minor: '0' },
    { currency: 'INR', status: 'captured', count: 1, amount_minor: '129900', captured_minor: '129900' },
  ]);
});
