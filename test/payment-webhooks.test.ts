import { beforeEach, describe, expect, test } from 'vitest';
import { inquirePayment } from '../src/jobs/handlers/inquire-payment.ts';
import { movePayment } from '../src/jobs/handlers/move-payment.ts';
import { inquireRefund } from '../src/jobs/handlers/inquire-refund.ts';
import { submitRefund } from '../src/jobs/handlers/submit-refund.ts';
import { createHttpGateway } from '../src/payments/http-gateway.ts';
import { inquiryOf } from '../src/payments/payment-inquiry.ts';
import { registryOf } from '../src/payments/registry.ts';
import { readPayment } from '../src/queries/money/payments.ts';
import { readRefund } from '../src/queries/money/refunds.ts';
import { PAYMENT_WEBHOOK_SECRETS, useApi } from './support/api.ts';
import { useGateway } from './support/servers/gateway.ts';
import { useJobs } from './support/jobs.ts';
import { moveOrder, placeOrder, type OrderJson } from './support/shop/shop.ts';

/** All of the way: the gateway's signed webhook, over a socket, to the API; from there by a job to the engine. */
const api = useApi();
let webhookUrl: string | undefined;
const gateway = useGateway(api.database, { url: () => webhookUrl, secret: PAYMENT_WEBHOOK_SECRETS.local });
const jobs = useJobs(api.database);

beforeEach(async () => {
  await gateway.switchOff();
  webhookUrl = `http://127.0.0.1:${await api.listen()}/v1/webhooks/local`;
  const gateways = registryOf([createHttpGateway({ baseUrl: gateway.url })]);
  const options = { engine: api.engine, reads: api.database.pool, gateways };
  await jobs.start({
    'refund.submit': submitRefund(options),
    'refund.inquire': inquireRefund(options),
    'payment.authorise': movePayment('authorise', { ...options, gatewayOf: gateways.find }),
    'payment.inquire': inquirePayment({ ...options, gatewayOf: gateways.find }),
  });
});

async function cancelledOrder(): Promise<{ orderId: number; refundId: number }> {
  const { id } = await placeOrder(api);
  const { refunds } = await moveOrder(api, id, 'pay', 'cancel');
  return { orderId: id, refundId: refunds[0]?.id ?? 0 };
}

const stateOf = async (refundId: number) => (await readRefund(api.database.pool, refundId))?.state;
const eventsOf = async (refundId: number) => {
  const { rows } = await api.database.pool.query<{ event: string }>(
    `SELECT event FROM state_transitions WHERE entity_type = 'refund' AND entity_id = $1 ORDER BY sequence`,
    [refundId],
  );
  return rows.map(({ event }) => event);
};
const webhooksFor = async (orderId: number) => {
  const { rows } = await api.database.pool.query<{ type: string }>(
    'SELECT type FROM gateway_events WHERE order_id = $1 ORDER BY id',
    [orderId],
  );
  return rows.map(({ type }) => type);
};
const patiently = { timeout: 10_000 };

test.each([
  ['pending', 'SUCCEEDED', 'settle', 'refund.succeeded'],
  ['pending_decline', 'FAILED', 'fail', 'refund.declined'],
] as const)('a refund that is %s at first is settled by webhook: %s', async (mode, state, event, type) => {
  await gateway.switchOn({ mode, times: 1, delay_ms: 400 });
  const { orderId, refundId } = await cancelledOrder();
  const submitted = async () => (await jobs.of(orderId, 'refund.submit')).map((job) => job.state);
  await expect.poll(submitted, patiently).toEqual(['DONE']);
  await expect.poll(() => stateOf(refundId), patiently).toBe(state);
  expect(await eventsOf(refundId)).toEqual(['create', 'submit', event]);
  expect(await webhooksFor(orderId)).toContain(type);
  expect(await gateway.books()).toHaveLength(1);
  await api.database.pool.query('TRUNCATE gateway.refunds');
});

test('a webhook that is there before our own answer makes the one transition that there is', async () => {
  await gateway.switchOn({ mode: 'slow', times: 1, delay_ms: 3_000 });
  const { orderId, refundId } = await cancelledOrder();
  await expect.poll(() => stateOf(refundId), patiently).toBe('SUCCEEDED');
  // Settled while the submitting job still waited for its answer.
  expect(await jobs.of(orderId, 'refund.submit')).toMatchObject([{ state: 'RUNNING' }]);
  await jobs.allEnded();
  expect(await eventsOf(refundId)).toEqual(['create', 'submit', 'settle']);
  expect(await gateway.books()).toHaveLength(1);
});

describe('a payment that has no step under way follows what its gateway tells of', () => {
  const adapter = () => createHttpGateway({ baseUrl: gateway.url });

  async function initiated(token: string, captures: boolean) {
    const { id: orderId, total_minor: amountMinor } = await placeOrder(api);
    const body = { amount_minor: amountMinor, gateway: 'local', payment_token: token, capture: captures };
    const { id } = (await api.post(`/v1/orders/${orderId}/payments`, body)).json<{ id: number }>();
    const stateNow = async () => (await readPayment(api.database.pool, id))?.state;
    const payment = await readPayment(api.database.pool, id);
    if (!payment) throw new Error('the payment is not there');
    return { orderId, payment, stateNow };
  }

  test('authorised here, and given up there: it is voided here too, and the order takes another payment', async () => {
    const { orderId, payment, stateNow } = await initiated('token', false);
    await expect.poll(stateNow, patiently).toBe('AUTHORISED');
    const { reference } = (await readPayment(api.database.pool, payment.id)) ?? { reference: null };
    await adapter().void({
      ...inquiryOf(payment),
      paymentReference: reference ?? '',
      idempotencyKey: 'ran-out-there',
    });
    await expect.poll(stateNow, patiently).toBe('VOIDED');
    expect((await moveOrder(api, orderId, 'pay')).state).toBe('PAID');
  });

  test('declined here, and captured there after all: it pays the order', async () => {
    const { orderId, payment, stateNow } = await initiated('decline', true);
    await expect.poll(stateNow, patiently).toBe('FAILED');
    await adapter().authorise({
      ...inquiryOf(payment),
      paymentToken: 'token',
      capture: true,
      idempotencyKey: 'after-all',
    });
    await expect.poll(stateNow, patiently).toBe('CAPTURED');
    expect((await api.get(`/v1/orders/${orderId}`)).json<OrderJson>().state).toBe('PAID');
  });
});
