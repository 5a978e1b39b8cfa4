import { beforeEach, expect, test } from 'vitest';
import { inquireRefund } from '../src/jobs/handlers/inquire-refund.ts';
import { submitRefund } from '../src/jobs/handlers/submit-refund.ts';
import { createHttpGateway } from '../src/payments/http-gateway.ts';
import { registryOf } from '../src/payments/registry.ts';
import { readRefund } from '../src/queries/money/refunds.ts';
import { PAYMENT_WEBHOOK_SECRETS, useApi } from './support/api.ts';
import { useGateway } from './support/servers/gateway.ts';
import { useJobs } from './support/jobs.ts';
import { moveOrder, placeOrder } from './support/shop/shop.ts';

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
  await jobs.start({ 'refund.submit': submitRefund(options), 'refund.inquire': inquireRefund(options) });
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
