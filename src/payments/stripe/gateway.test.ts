import { beforeEach, describe, expect, test } from 'vitest';
import { stripeStandIn, type StripeStandIn } from '../../../test/support/providers/stripe.ts';
import { useServers } from '../../../test/support/servers/test-servers.ts';
import type {
  AuthoriseRequest,
  BooksPage,
  BooksRequest,
  CaptureRequest,
  PaymentGateway,
  PaymentInquiry,
  RefundRequest,
} from '../payment-gateway.ts';
import { createStripeGateway } from './gateway.ts';

const servers = useServers();
const LIMITS = { timeoutMs: 5_000, maxAnswerBytes: 1024 * 1024 };

let stripe: StripeStandIn;
let baseUrl: string;
let gateway: PaymentGateway;

beforeEach(async () => {
  stripe = stripeStandIn();
  baseUrl = await servers.httpServer(stripe.standIn.listener);
  gateway = createStripeGateway({ secretKey: 'sk_test_canary', baseUrl }, LIMITS);
});

const impatient = () => createStripeGateway({ secretKey: 'sk_test_canary', baseUrl }, { ...LIMITS, timeoutMs: 150 });
const money = {
  reference: 'payment-7',
  amountMinor: 129_900,
  currency: 'INR',
  requestedAt: new Date('2026-04-01T10:00:00Z'),
};
const authorisation: AuthoriseRequest = {
  ...money,
  idempotencyKey: 'payment-7-authorise-1',
  paymentToken: 'pm_card_visa',
  capture: false,
};
const inquiry: PaymentInquiry = { ...money, paymentReference: null, paymentToken: 'pm_card_visa' };
const step = (name: string): CaptureRequest => ({
  ...money,
  idempotencyKey: `payment-7-${name}`,
  paymentReference: 'pi_1',
});
const refund: RefundRequest = {
  ...money,
  reference: 'refund-9',
  idempotencyKey: 'refund-9-1',
  paymentReference: 'pi_1',
};
const captured = () => gateway.authorise({ ...authorisation, capture: true });
const succeeded = (gatewayReference: string) => ({ kind: 'succeeded', gatewayReference });

describe('a payment by Stripe', () => {
  test('is authorised with our reference and key, then captured', async () => {
    expect(await gateway.authorise(authorisation)).toEqual(succeeded('pi_1'));
    const [request] = stripe.standIn.requests;
    expect(request?.headers).toMatchObject({
      'idempotency-key': 'payment-7-authorise-1',
      authorization: 'Bearer sk_test_canary',
    });
    expect(stripe.intents.get('pi_1')).toMatchObject({
      amount: 129_900,
      currency: 'inr',
      status: 'requires_capture',
      metadata: { roundtrip_reference: 'payment-7' },
    });
    expect(await gateway.capture(step('capture'))).toEqual(succeeded('pi_1'));
    expect(stripe.intents.get('pi_1')).toMatchObject({ status: 'succeeded', amount_received: 129_900 });
  });

  test('by a means of payment that this account does not have is declined: no later try would find it', async () => {
    const outcome = await gateway.authorise({ ...authorisation, paymentToken: 'pm_of_another_mode' });
    expect(outcome).toMatchObject({ kind: 'declined', code: 'resource_missing' });
    expect(await gateway.findPayment(inquiry)).toEqual({ kind: 'absent' });
  });

  test('is voided, and a capture after that is declined', async () => {
    await gateway.authorise(authorisation);
    expect(await gateway.void(step('void'))).toEqual(succeeded('pi_1'));
    expect(await gateway.capture(step('capture'))).toMatchObject({
      kind: 'declined',
      code: 'payment_intent_unexpected_state',
    });
  });

  test('of a card that is declined is declined with its code, and found so', async () => {
    const declined = await gateway.authorise({ ...authorisation, paymentToken: 'pm_card_chargeDeclined' });
    expect(declined).toEqual({ kind: 'declined', code: 'generic_decline', message: 'Your card was declined.' });
    expect(await gateway.findPayment(inquiry)).toMatchObject({
      payment: { status: 'declined', declineCode: 'generic_decline' },
    });
  });

  test('in a currency that Stripe counts otherwise is not even asked for', async () => {
    const outcome = await gateway.authorise({ ...authorisation, currency: 'ISK' });
    expect(outcome).toMatchObject({ kind: 'declined', code: 'currency_not_supported' });
    expect(stripe.standIn.requests).toEqual([]);
  });

  test('is found by our reference among others, and by its own name; a strange one is absent', async () => {
    for (let number = 1; number <= 150; number += 1) {
      const reference = `payment-${number}`;
      await gateway.authorise({ ...authorisation, reference, idempotencyKey: reference });
    }
    const found = {
      kind: 'found',
      payment: { gatewayReference: 'pi_7', reference: 'payment-7', status: 'authorised' },
    };
    expect(await gateway.findPayment(inquiry)).toMatchObject(found);
    expect(await gateway.findPayment({ ...inquiry, paymentReference: 'pi_7' })).toMatchObject(found);
    expect(await gateway.findPayment({ ...inquiry, reference: 'payment-700' })).toEqual({ kind: 'absent' });
    // The customer's other tries before ours are not looked through.
    const since = new Date(money.requestedAt.getTime() + 3_600_000);
    expect(await gateway.findPayment({ ...inquiry, requestedAt: since })).toEqual({ kind: 'absent' });
  });
});

describe('a payment among over 2,000 that were made since', () => {
  test("is found by Stripe's search, and absent when that does not know it", async () => {
    stripe.offerSearch();
    await gateway.authorise(authorisation);
    stripe.othersPay(2_000);
    expect(await gateway.findPayment(inquiry)).toMatchObject({ kind: 'found', payment: { gatewayReference: 'pi_1' } });
    expect(await gateway.findPayment({ ...inquiry, reference: 'payment-8' })).toEqual({ kind: 'absent' });
  });

  test('is beyond an inquiry where Stripe offers no search', async () => {
    stripe.othersPay(2_001);
    expect(await gateway.findPayment(inquiry)).toMatchObject({ kind: 'unknown', isBeyondInquiry: true });
  });
});

test('a payment that was pending under its key, and is settled since, is answered as it is now', async () => {
  await gateway.authorise(authorisation);
  const pending = { ...authorisation, idempotencyKey: 'pending' };
  const body = { ...stripe.intents.get('pi_1'), object: 'payment_intent', status: 'processing' };
  stripe.standIn.slip({ status: 200, body });
  expect(await gateway.authorise(pending)).toEqual(succeeded('pi_1'));
});

describe('a refund by Stripe', () => {
  test('goes back to its payment, once, whoever repeats it', async () => {
    await captured();
    for (let times = 1; times <= 3; times += 1) expect(await gateway.refund(refund)).toEqual(succeeded('re_1'));
    expect(stripe.refunds.size).toBe(1);
    expect(await gateway.findRefund(refund)).toEqual({ kind: 'found', outcome: succeeded('re_1') });
  });

  test('that is pending is so until it settles, and one that fails then is declined', async () => {
    await captured();
    stripe.nextRefundStatus('pending');
    expect(await gateway.refund(refund)).toEqual({ kind: 'pending', gatewayReference: 're_1' });
    expect(await gateway.findRefund(refund)).toMatchObject({ outcome: { kind: 'pending' } });
    Object.assign(stripe.refunds.get('re_1') ?? {}, { status: 'failed', failure_reason: 'expired_or_canceled_card' });
    const outcome = { kind: 'declined', code: 'expired_or_canceled_card' };
    expect(await gateway.findRefund(refund)).toMatchObject({ outcome });
    // A later attempt, under a key of its own, was not made yet.
    expect(await gateway.findRefund({ ...refund, idempotencyKey: 'refund-9-2' })).toEqual({ kind: 'absent' });
  });

  test('of more than is left is declined with the reason', async () => {
    await captured();
    await gateway.refund(refund);
    const more = { ...refund, reference: 'refund-10', idempotencyKey: 'refund-10-1' };
    expect(await gateway.refund(more)).toMatchObject({ kind: 'declined', code: 'charge_already_refunded' });
  });

  test('of a payment that was captured elsewhere is declined without asking', async () => {
    const elsewhere = { ...refund, paymentReference: null };
    expect(await gateway.refund(elsewhere)).toMatchObject({ kind: 'declined', code: 'no_payment_at_gateway' });
    expect(stripe.standIn.requests).toEqual([]);
  });

  test('under a key that was used with another amount is unknown: an earlier one was done', async () => {
    await captured();
    await gateway.refund({ ...refund, amountMinor: 100 });
    expect(await gateway.refund(refund)).toMatchObject({ kind: 'unknown' });
    expect(await gateway.findRefund(refund)).toMatchObject({
      kind: 'unknown',
      reason: 'the gateway has 100 INR under refund-9, which is 129900 INR with us',
    });
  });
});

describe('when it goes wrong on the way', () => {
  test.each([
    ['drop_before', 'absent'],
    ['drop_after', 'found'],
    ['silence_after', 'found'],
    ['garbage_after', 'found'],
    ['huge_after', 'found'],
  ] as const)(
    '%s is unknown and sent once; asking says %s; the same key again ends in one refund',
    async (slip, found) => {
      await captured();
      stripe.standIn.slip(slip);
      const sent = stripe.standIn.requests.length;
      expect(await (slip === 'silence_after' ? impatient() : gateway).refund(refund)).toMatchObject({
        kind: 'unknown',
      });
      expect(stripe.standIn.requests).toHaveLength(sent + 1);
      expect(await gateway.findRefund(refund)).toMatchObject({ kind: found });
      expect(await gateway.refund(refund)).toEqual(succeeded('re_1'));
      expect(stripe.refunds.size).toBe(1);
    },
  );

  test.each([
    [409, 'idempotency_error', 'idempotency_key_in_use', 'in_flight'],
    [429, 'invalid_request_error', 'rate_limit', 'not_done'],
    [429, 'invalid_request_error', 'lock_timeout', 'not_done'],
    [401, 'invalid_request_error', undefined, 'not_done'],
    [403, 'invalid_request_error', undefined, 'not_done'],
    [404, 'invalid_request_error', 'resource_missing', 'refused'],
    [400, 'invalid_request_error', 'parameter_unknown', 'refused'],
    [400, 'idempotency_error', undefined, 'unknown'],
    [500, 'api_error', undefined, 'unknown'],
    [503, 'api_error', undefined, 'unknown'],
    [302, 'api_error', undefined, 'unknown'],
  ])('%s %s (%s) is %s, and is sent once', async (status, type, code, kind) => {
    const body = { error: { type, code, message: 'recorded' } };
    stripe.standIn.slip({ status, body, headers: { 'retry-after': '7', 'stripe-should-retry': 'true' } });
    const outcome = await gateway.refund(refund);
    expect(outcome).toMatchObject(status === 429 ? { kind, retryAfterMs: 7_000 } : { kind });
    expect(stripe.standIn.requests).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test('more than is left of a payment, which Stripe refuses without a code, is declined', async () => {
    const message = 'Refund amount (₹1,299.00) is greater than unrefunded amount on charge (₹1,000.00)';
    const body = { error: { type: 'invalid_request_error', param: 'amount', message } };
    stripe.standIn.slip({ status: 400, body, headers: {} });
    expect(await gateway.refund(refund)).toMatchObject({ kind: 'declined', code: 'StripeInvalidRequestError' });
  });

  test.each(['authorise', 'capture', 'refund'] as const)(
    '%s of a currency of three decimals, but for tens of its unit, is declined and not even asked for',
    async (step) => {
      const ofThree = { ...authorisation, paymentReference: 'pi_1', currency: 'KWD', amountMinor: 3_333 };
      expect(await gateway[step](ofThree)).toMatchObject({ kind: 'declined', code: 'amount_not_supported' });
      expect(stripe.standIn.requests).toEqual([]);
      await gateway[step]({ ...ofThree, amountMinor: 3_330 });
      expect(stripe.standIn.requests).not.toEqual([]);
    },
  );

  test.each([
    ['of another amount', { amount: 1 }],
    ['of another currency', { currency: 'usd' }],
    ['of another reference', { metadata: { roundtrip_reference: 'refund-8' } }],
    ['without a status that we know', { status: 'perhaps' }],
    ['with an amount that is a text', { amount: '129900' }],
  ])('an answer %s is no success', async (_what, change) => {
    const body = {
      object: 'refund',
      id: 're_1',
      amount: 129_900,
      currency: 'inr',
      status: 'succeeded',
      metadata: { roundtrip_reference: 'refund-9' },
    };
    stripe.standIn.slip({ status: 200, body });
    expect(await gateway.refund(refund)).toEqual(succeeded('re_1'));
    stripe.standIn.slip({ status: 200, body: { ...body, ...change } });
    expect(await gateway.refund(refund)).toMatchObject({ kind: 'unknown' });
  });

  test('nobody listening is surely not done; a question to nobody is unknown', async () => {
    const nobody = createStripeGateway({ secretKey: 'sk_test_canary', baseUrl: await servers.nobody() }, LIMITS);
    expect(await nobody.refund(refund)).toEqual({ kind: 'not_done', reason: 'cannot connect: ECONNREFUSED' });
    expect(await nobody.findRefund(refund)).toMatchObject({ kind: 'unknown' });
    expect(await nobody.findPayment(inquiry)).toMatchObject({ kind: 'unknown' });
  });
});

test("Stripe's books are read page by page, newest first, from a moment on", async () => {
  for (let number = 1; number <= 120; number += 1) {
    const key = `payment-${number}`;
    await gateway.authorise({ ...authorisation, reference: key, idempotencyKey: key, capture: true });
    await gateway.refund({
      ...refund,
      reference: `refund-${number}`,
      idempotencyKey: `refund-${number}`,
      paymentReference: `pi_${number}`,
    });
  }
  const since = new Date(money.requestedAt.getTime() + 10_000);
  const expected = Array.from({ length: 110 }, (_, index) => 120 - index);
  expect(await numbersIn((page) => gateway.listPayments(page), since)).toEqual(expected);
  expect(await numbersIn((page) => gateway.listRefunds(page), since)).toEqual(expected);
});

/** Of the references in all pages, the numbers. */
async function numbersIn(
  list: (page: BooksRequest) => Promise<BooksPage<{ readonly reference: string }>>,
  since: Date,
): Promise<number[]> {
  const references: string[] = [];
  for (let after: string | null = null; ;) {
    const page: BooksPage<{ readonly reference: string }> = await list({ since, after });
    if (page.kind === 'unknown') throw new Error(page.reason);
    references.push(...page.entries.map(({ reference }) => reference));
    after = page.next;
    if (after === null) return references.map((reference) => Number(reference.split('-')[1]));
  }
}
