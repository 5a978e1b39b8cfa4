import { beforeEach, describe, expect, test } from 'vitest';
import { razorpayStandIn, type RazorpayStandIn } from '../../../test/support/providers/razorpay.ts';
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
import { createRazorpayGateway } from './gateway.ts';

const servers = useServers();
const LIMITS = { timeoutMs: 5_000, maxAnswerBytes: 1024 * 1024 };

let razorpay: RazorpayStandIn;
let baseUrl: string;
let gateway: PaymentGateway;

beforeEach(async () => {
  razorpay = razorpayStandIn();
  baseUrl = await servers.httpServer(razorpay.standIn.listener);
  gateway = createRazorpayGateway({ keyId: 'rzp_test', keySecret: 'canary', baseUrl }, LIMITS);
});

const money = {
  reference: 'payment-7',
  amountMinor: 129_900,
  currency: 'INR',
  requestedAt: new Date('2026-04-01T10:00:00Z'),
};
const authorisation: AuthoriseRequest = {
  ...money,
  idempotencyKey: 'payment-7-authorise-1',
  paymentToken: 'pay_A1',
  capture: false,
};
const inquiry: PaymentInquiry = { ...money, paymentReference: null, paymentToken: 'pay_A1' };
const step: CaptureRequest = { ...money, idempotencyKey: 'payment-7-step', paymentReference: 'pay_A1' };
const refund: RefundRequest = {
  ...money,
  reference: 'refund-9',
  idempotencyKey: 'refund-9-1',
  paymentReference: 'pay_A1',
};
const succeeded = (gatewayReference: string) => ({ kind: 'succeeded', gatewayReference });

describe('a payment by Razorpay', () => {
  test('that the checkout authorised gets our reference beside the notes that it has, and is captured', async () => {
    razorpay.authorised('pay_A1', { notes: { cart: '42' } });
    expect(await gateway.findPayment(inquiry)).toEqual({ kind: 'absent' });
    expect(await gateway.authorise(authorisation)).toEqual(succeeded('pay_A1'));
    expect(razorpay.payments.get('pay_A1')?.notes).toEqual({ cart: '42', roundtrip_reference: 'payment-7' });
    expect(await gateway.findPayment(inquiry)).toMatchObject({ payment: { status: 'authorised', capturedMinor: 0 } });
    for (let times = 1; times <= 2; times += 1) expect(await gateway.capture(step)).toEqual(succeeded('pay_A1'));
    expect(await gateway.findPayment(inquiry)).toMatchObject({
      payment: { status: 'captured', capturedMinor: 129_900 },
    });
  });

  test('is authorised and captured in one step, and again with the same result', async () => {
    razorpay.authorised('pay_A1');
    for (let times = 1; times <= 2; times += 1) {
      expect(await gateway.authorise({ ...authorisation, capture: true })).toEqual(succeeded('pay_A1'));
    }
    expect(razorpay.payments.get('pay_A1')).toMatchObject({ status: 'captured' });
  });

  test('that pays for something else already pays for nothing more', async () => {
    razorpay.authorised('pay_A1');
    await gateway.authorise(authorisation);
    const other = await gateway.authorise({ ...authorisation, reference: 'payment-8' });
    expect(other).toMatchObject({ kind: 'declined', code: 'payment_used' });
  });

  test('that two name in the same moment pays for the one whose reference is left on it', async () => {
    razorpay.authorised('pay_A1');
    // Both have seen it without a reference before either writes its own.
    const writing: (() => void)[] = [];
    const url = await servers.httpServer((incoming, response) => {
      const pass = () => {
        razorpay.standIn.listener(incoming, response);
      };
      if (incoming.method !== 'PATCH') pass();
      else if (writing.push(pass) === 2) for (const write of writing) write();
    });
    const both = createRazorpayGateway({ keyId: 'rzp_test', keySecret: 'canary', baseUrl: url }, LIMITS);
    const references = ['payment-7', 'payment-8'];
    const outcomes = await Promise.all(
      references.map((reference) => both.authorise({ ...authorisation, reference, capture: true })),
    );
    const winner = outcomes.findIndex(({ kind }) => kind === 'succeeded');
    expect(outcomes[winner]).toEqual(succeeded('pay_A1'));
    expect(razorpay.payments.get('pay_A1')?.notes).toEqual({ roundtrip_reference: references[winner] });
    expect(outcomes[1 - winner]).toMatchObject({ kind: 'declined', code: 'payment_used' });
  });

  test.each([
    [{ amount: 1 }, 'amount_differs'],
    [{ currency: 'USD' }, 'amount_differs'],
    [{ status: 'failed', error_reason: 'payment_cancelled' }, 'payment_cancelled'],
    [{ status: 'refunded' }, 'voided'],
  ] as const)('as %j is declined: %s', async (change, code) => {
    razorpay.authorised('pay_A1', change);
    expect(await gateway.authorise({ ...authorisation, capture: true })).toMatchObject({ kind: 'declined', code });
    expect(razorpay.payments.get('pay_A1')).toMatchObject({ captured: false, notes: [] });
  });

  test.each(['', 'pay_', 'pay_A1/../pay_B2', 'pay_A1/capture', 'order_A1', 'pay_A1?x=1', 'pay_%2e%2e'])(
    'of the token "%s" is declined, and nothing is asked',
    async (paymentToken) => {
      const outcome = await gateway.authorise({ ...authorisation, paymentToken });
      expect(outcome).toMatchObject({ kind: 'declined', code: 'no_such_payment' });
      expect(razorpay.standIn.requests).toEqual([]);
    },
  );

  test('that Razorpay does not have is declined, and absent when it is asked about', async () => {
    expect(await gateway.authorise(authorisation)).toMatchObject({ kind: 'declined', code: 'no_such_payment' });
    expect(await gateway.findPayment(inquiry)).toEqual({ kind: 'absent' });
  });

  test('that Razorpay has told us of, and does not have any more, is unknown', async () => {
    expect(await gateway.findPayment({ ...inquiry, paymentReference: 'pay_A1' })).toMatchObject({ kind: 'unknown' });
    expect(await gateway.capture(step)).toMatchObject({ kind: 'unknown' });
    expect(await gateway.void(step)).toMatchObject({ kind: 'unknown' });
  });

  test('cannot be voided by us, and says so until Razorpay has given it back by itself', async () => {
    razorpay.authorised('pay_A1');
    await gateway.authorise(authorisation);
    expect(await gateway.void(step)).toMatchObject({ kind: 'not_offered', reason: /no way to void/ });
    razorpay.authorised('pay_A1', { status: 'refunded', notes: { roundtrip_reference: 'payment-7' } });
    expect(await gateway.void(step)).toEqual(succeeded('pay_A1'));
    expect(await gateway.findPayment(inquiry)).toMatchObject({ payment: { status: 'voided' } });
  });
});

describe('a refund by Razorpay', () => {
  beforeEach(async () => {
    razorpay.authorised('pay_A1');
    await gateway.authorise({ ...authorisation, capture: true });
    razorpay.standIn.requests.length = 0;
  });

  test('goes back to its payment, once, whoever repeats it under the key', async () => {
    for (let times = 1; times <= 3; times += 1) expect(await gateway.refund(refund)).toEqual(succeeded('rfnd_1'));
    expect(razorpay.refunds.size).toBe(1);
    expect(razorpay.standIn.requests[0]?.headers).toMatchObject({ 'x-refund-idempotency': 'refund-9-1' });
    expect(await gateway.findRefund(refund)).toEqual({ kind: 'found', outcome: succeeded('rfnd_1') });
  });

  test('that is pending settles later, for good or not', async () => {
    razorpay.nextRefundStatus('pending');
    expect(await gateway.refund(refund)).toEqual({ kind: 'pending', gatewayReference: 'rfnd_1' });
    expect(await gateway.findRefund(refund)).toMatchObject({ outcome: { kind: 'pending' } });
    Object.assign(razorpay.refunds.get('rfnd_1') ?? {}, { status: 'failed' });
    expect(await gateway.findRefund(refund)).toMatchObject({ outcome: { kind: 'declined', code: 'failed' } });
    expect(await gateway.findRefund({ ...refund, idempotencyKey: 'refund-9-2' })).toEqual({ kind: 'absent' });
  });

  test('of more than is left is declined, and says why', async () => {
    await gateway.refund({ ...refund, amountMinor: 100_000 });
    const more = { ...refund, reference: 'refund-10', idempotencyKey: 'refund-10-1' };
    expect(await gateway.refund(more)).toEqual({
      kind: 'declined',
      code: 'input_validation_failed',
      message: 'The total refund amount is greater than the refund payment amount',
    });
  });

  test('under a key that was used with another amount is unknown, and so is asking', async () => {
    await gateway.refund({ ...refund, amountMinor: 100 });
    expect(await gateway.refund(refund)).toMatchObject({ kind: 'unknown' });
    expect(await gateway.findRefund(refund)).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    ['drop_before', 'absent'],
    ['drop_after', 'found'],
    ['silence_after', 'found'],
    ['garbage_after', 'found'],
    ['huge_after', 'found'],
  ] as const)('%s on the way is unknown and sent once; asking says %s; it ends in one refund', async (slip, found) => {
    razorpay.standIn.slip(slip);
    const settings = { keyId: 'rzp_test', keySecret: 'canary', baseUrl };
    const impatient = createRazorpayGateway(settings, { ...LIMITS, timeoutMs: 150 });
    expect(await (slip === 'silence_after' ? impatient : gateway).refund(refund)).toMatchObject({ kind: 'unknown' });
    expect(razorpay.standIn.requests).toHaveLength(1);
    expect(await gateway.findRefund(refund)).toMatchObject({ kind: found });
    expect(await gateway.refund(refund)).toEqual(succeeded('rfnd_1'));
    expect(razorpay.refunds.size).toBe(1);
  });

  test.each([
    [409, 'in_flight'],
    [429, 'not_done'],
    [401, 'not_done'],
    [404, 'not_done'],
    [500, 'unknown'],
    [502, 'unknown'],
    [302, 'unknown'],
  ])('%s is %s', async (status, kind) => {
    const body = { error: { code: 'SERVER_ERROR', description: 'recorded' } };
    razorpay.standIn.slip({ status, body, headers: { 'retry-after': '7' } });
    const outcome = await gateway.refund(refund);
    expect(outcome).toMatchObject(status === 429 ? { kind, retryAfterMs: 7_000 } : { kind });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test.each([
    ['Request failed because another payment operation is in progress', 'in_flight'],
    ['Duplicate receipt found for the refund', 'unknown'],
  ])('a 400 that says "%s" is no decline: it is %s', async (description, kind) => {
    const body = { error: { code: 'BAD_REQUEST_ERROR', description, reason: null } };
    razorpay.standIn.slip({ status: 400, body });
    expect(await gateway.refund(refund)).toMatchObject({ kind });
    expect(await gateway.refund(refund)).toEqual(succeeded('rfnd_1'));
  });

  test.each([
    ['of another amount', { amount: 1 }],
    ['of another reference', { notes: { roundtrip_reference: 'refund-8' } }],
    ['of an unknown status', { status: 'perhaps' }],
    ['that is a payment', { entity: 'payment' }],
  ])('an answer %s is no success', async (_what, change) => {
    const notes = { roundtrip_reference: 'refund-9' };
    const body = { entity: 'refund', id: 'rfnd_1', amount: 129_900, currency: 'INR', status: 'processed', notes };
    razorpay.standIn.slip({ status: 200, body });
    expect(await gateway.refund(refund)).toEqual(succeeded('rfnd_1'));
    razorpay.standIn.slip({ status: 200, body: { ...body, ...change } });
    expect(await gateway.refund(refund)).toMatchObject({ kind: 'unknown' });
  });
});

test('a capture whose answer was lost is not made twice', async () => {
  razorpay.authorised('pay_A1');
  await gateway.authorise(authorisation);
  razorpay.standIn.slip('drop_after');
  expect(await gateway.capture(step)).toMatchObject({ kind: 'unknown' });
  expect(await gateway.capture(step)).toEqual(succeeded('pay_A1'));
});

test('nobody listening is surely not done; a question to nobody is unknown', async () => {
  const settings = { keyId: 'rzp_test', keySecret: 'canary', baseUrl: await servers.nobody() };
  const nobody = createRazorpayGateway(settings, LIMITS);
  expect(await nobody.refund(refund)).toEqual({ kind: 'not_done', reason: 'cannot connect: ECONNREFUSED' });
  expect(await nobody.findRefund(refund)).toMatchObject({ kind: 'unknown' });
  expect(await nobody.findPayment(inquiry)).toMatchObject({ kind: 'unknown' });
});

test("Razorpay's books are read page by page, newest first, from a moment on", async () => {
  for (let number = 1; number <= 250; number += 1) razorpay.authorised(`pay_${number}`, { amount: number });
  const since = new Date(money.requestedAt.getTime() + 10_000);
  const amounts = await amountsIn((page) => gateway.listPayments(page), since);
  expect(amounts).toEqual(Array.from({ length: 240 }, (_, index) => 250 - index));
  expect(await amountsIn((page) => gateway.listRefunds(page), since)).toEqual([]);
});

async function amountsIn(
  list: (page: BooksRequest) => Promise<BooksPage<{ readonly amountMinor: number }>>,
  since: Date,
): Promise<number[]> {
  const amounts: number[] = [];
  for (let after: string | null = null; ;) {
    const page: BooksPage<{ readonly amountMinor: number }> = await list({ since, after });
    if (page.kind === 'unknown') throw new Error(page.reason);
    amounts.push(...page.entries.map(({ amountMinor }) => amountMinor));
    after = page.next;
    if (after === null) return amounts;
  }
}
