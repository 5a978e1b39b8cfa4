import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';
import { createHttpGateway } from './http-gateway.ts';
import type { AuthoriseRequest, CaptureRequest, GatewayOutcome, PaymentInquiry } from './payment-gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const TIMEOUT_MS = 300;
const money = {
  reference: 'payment-7',
  amountMinor: 129_900,
  currency: 'INR',
  requestedAt: new Date('2026-04-01T10:00:00Z'),
};
const request: AuthoriseRequest = { ...money, idempotencyKey: 'payment-7-1', paymentToken: 'visa', capture: false };
const inquiry: PaymentInquiry = { ...money, paymentReference: null, paymentToken: 'visa' };
const stepOf = (paymentReference: string, step: string): CaptureRequest => ({
  ...money,
  idempotencyKey: `payment-7-${step}`,
  paymentReference,
});

const adapter = (timeoutMs = 10_000) => createHttpGateway({ baseUrl: gateway.url, timeoutMs });

beforeEach(async () => {
  await gateway.switchOff();
  // Locked in the order in which the gateway itself settles them.
  await database.pool.query('TRUNCATE gateway.payments, gateway.payment_requests, gateway.refunds');
});

async function authorised(): Promise<string> {
  const outcome = await adapter().authorise(request);
  if (outcome.kind !== 'succeeded') throw new Error(`it was not authorised: ${outcome.kind}`);
  return outcome.gatewayReference;
}

const statusNow = async () => {
  const lookup = await adapter().findPayment(inquiry);
  return lookup.kind === 'found' ? [lookup.payment.status, lookup.payment.capturedMinor] : lookup.kind;
};

describe('the steps of a payment', () => {
  test('authorise and capture move the money once, whoever repeats them', async () => {
    const id = await authorised();
    expect(await adapter().authorise(request)).toEqual({ kind: 'succeeded', gatewayReference: id });
    expect(await statusNow()).toEqual(['authorised', 0]);
    for (let times = 1; times <= 2; times += 1) {
      expect(await adapter().capture(stepOf(id, 'capture'))).toEqual({ kind: 'succeeded', gatewayReference: id });
    }
    expect(await statusNow()).toEqual(['captured', 129_900]);
    // A late repetition of the authorisation finds it captured, which is no other payment.
    expect(await adapter().authorise(request)).toEqual({ kind: 'succeeded', gatewayReference: id });
  });

  test('a void gives it up; a capture after it is declined', async () => {
    const id = await authorised();
    expect(await adapter().void(stepOf(id, 'void'))).toEqual({ kind: 'succeeded', gatewayReference: id });
    expect(await statusNow()).toEqual(['voided', 0]);
    expect(await adapter().capture(stepOf(id, 'capture'))).toMatchObject({ kind: 'declined', code: 'not_authorised' });
  });

  test('a refund names the payment that it pays back, and the gateway holds it to what was captured', async () => {
    const id = await authorised();
    await adapter().capture(stepOf(id, 'capture'));
    const refund = { ...money, reference: 'refund-9', idempotencyKey: 'refund-9-1', paymentReference: id };
    expect(await adapter().refund(refund)).toMatchObject({ kind: 'succeeded' });
    const more = { ...refund, reference: 'refund-10', idempotencyKey: 'refund-10-1', amountMinor: 1 };
    expect(await adapter().refund(more)).toMatchObject({ kind: 'declined', code: 'amount_exceeds_captured' });
  });

  test('a payment that the gateway has never heard of is absent', async () => {
    expect(await statusNow()).toBe('absent');
  });
});

const unknown = { kind: 'unknown' } as const;
const EFFECTS: readonly [
  mode:
    | 'decline'
    | 'error_500'
    | 'error_429'
    | 'in_flight'
    | 'timeout_after'
    | 'drop_before'
    | 'drop_after'
    | 'garbage'
    | 'huge'
    | 'pending',
  outcome: Partial<GatewayOutcome>,
  found: unknown,
][] = [
  ['decline', { kind: 'declined', code: 'do_not_honour' }, ['declined', 0]],
  ['error_500', unknown, 'absent'],
  ['error_429', { kind: 'not_done', retryAfterMs: 1_000 }, 'absent'],
  ['in_flight', { kind: 'in_flight', retryAfterMs: 1_000 }, 'absent'],
  ['timeout_after', unknown, ['authorised', 0]],
  ['drop_before', unknown, 'absent'],
  ['drop_after', unknown, ['authorised', 0]],
  ['garbage', unknown, ['authorised', 0]],
  ['huge', unknown, ['authorised', 0]],
  ['pending', { kind: 'pending' }, ['pending', 0]],
];

describe('while the gateway misbehaves', () => {
  test.each(EFFECTS)(
    '%s of an authorisation is told for what it is; asking tells what is booked',
    async (mode, outcome, found) => {
      await gateway.switchOn({ mode, on: 'payment', times: 1, delay_ms: 60_000 });
      const timeoutMs = mode === 'timeout_after' ? TIMEOUT_MS : undefined;
      expect(await adapter(timeoutMs).authorise(request)).toMatchObject(outcome);
      await expect.poll(statusNow).toEqual(found);
    },
  );

  test.each(['drop_after', 'timeout_after'] as const)(
    '%s of a capture: the same key again captures nothing twice',
    async (mode) => {
      const id = await authorised();
      await gateway.switchOn({ mode, on: 'payment', times: 1, delay_ms: 60_000 });
      expect(await adapter(TIMEOUT_MS).capture(stepOf(id, 'capture'))).toMatchObject(unknown);
      await expect.poll(statusNow).toEqual(['captured', 129_900]);
      expect(await adapter().capture(stepOf(id, 'capture'))).toMatchObject({ kind: 'succeeded' });
    },
  );

  test('a question that is not answered is unknown, never absent', async () => {
    await authorised();
    await gateway.switchOn({ mode: 'drop_after', on: 'query', times: 1 });
    expect(await adapter().findPayment(inquiry)).toMatchObject(unknown);
  });
});

test('the books of payments are read page by page, newest first, from a moment on', async () => {
  await database.pool.query(
    `INSERT INTO gateway.payments (id, reference, amount_minor, currency, status, captures, created_at)
     SELECT 'pay_' || n, 'payment-' || n, n, 'INR', 'authorised', false, '2026-04-01T00:00Z'::timestamptz + n * interval '1 hour'
     FROM generate_series(1, 150) n`,
  );
  const read = [];
  let after: string | null = null;
  do {
    const page = await adapter().listPayments({ since: new Date('2026-04-02T00:00:00Z'), after });
    if (page.kind === 'unknown') throw new Error(page.reason);
    read.push(...page.entries);
    after = page.next;
  } while (after !== null && read.length <= 150);
  expect(read.map(({ amountMinor }) => amountMinor)).toEqual(Array.from({ length: 127 }, (_, index) => 150 - index));
});
