import { beforeEach, describe, expect, test } from 'vitest';
import { usePaying } from '../../../test/support/shop/paying.ts';
import { razorpayStandIn } from '../../../test/support/providers/razorpay.ts';
import { stripeStandIn } from '../../../test/support/providers/stripe.ts';
import { useServers } from '../../../test/support/servers/test-servers.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import { createRazorpayGateway } from '../../payments/razorpay/gateway.ts';
import type { PaymentDifference } from '../../payments/reconciliation/payments.ts';
import { createStripeGateway } from '../../payments/stripe/gateway.ts';
import { silentLogger } from '../../platform/logger.ts';
import { listDifferences } from '../../queries/money/reconciliation.ts';
import type { Compared } from './compared.ts';
import { recordFinding } from './differences.ts';
import { reconcilePayments } from './reconcile-payments.ts';

/*
 * Our payments against each gateway's own books: every kind of difference is found, and is either written down through
 * the one door or told to a person.
 */

const paying = usePaying();
const { shop, gateway, jobs, database, referenceOf, initiated, authorised, read, eventsOf, adapter } = paying;
const servers = useServers();
const LIMITS = { timeoutMs: 5_000, maxAnswerBytes: 1024 * 1024 };

beforeEach(async () => {
  await gateway.switchOff();
  await jobs.clear();
  // Nor is what it has left in the books.
  await database.pool.query('TRUNCATE gateway.payments CASCADE');
  await database.pool.query(`UPDATE payments SET gateway = NULL`);
});

const report = (from: PaymentGateway = adapter()): Promise<Compared<PaymentDifference>> =>
  reconcilePayments({ pool: database.pool, gateway: from, engine: undefined, logger: silentLogger });
const repair = (from: PaymentGateway = adapter()): Promise<Compared<PaymentDifference>> =>
  reconcilePayments({ pool: database.pool, gateway: from, engine: shop.engine, logger: silentLogger });
const kindsOf = (found: readonly PaymentDifference[]) => found.map(({ kind }) => kind);

/** What the gateway does without our knowing: a worker died before it could write it down, or a person was at it there. */
async function doneThere(
  paymentId: number,
  step: 'authorise' | 'capture' | 'void',
  amountMinor = 3_050,
): Promise<void> {
  const money = { reference: await referenceOf(paymentId), amountMinor, currency: 'INR', requestedAt: new Date() };
  const [booked] = await paying.booksOf(paymentId);
  const keyed = { ...money, idempotencyKey: `there-${paymentId}-${step}` };
  const known = { ...keyed, paymentReference: booked?.id ?? '' };
  const outcome =
    step === 'authorise'
      ? await adapter().authorise({ ...keyed, paymentToken: 'token', capture: false })
      : await adapter()[step](known);
  expect(outcome.kind).toBe('succeeded');
}

async function actorsOf(paymentId: number): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ event: string; actor: string }>(
    `SELECT event, actor FROM state_transitions WHERE entity_type = 'payment' AND entity_id = $1 ORDER BY sequence`,
    [paymentId],
  );
  return rows.map(({ event, actor }) => `${event} by ${actor}`);
}

describe('what the local gateway has done without our knowing', () => {
  test.each([
    ['authorised', ['authorise'], 'AUTHORISED'],
    ['captured', ['authorise', 'capture'], 'CAPTURED'],
    ['given up', ['authorise', 'void'], 'FAILED'],
  ] as const)('%s while it is PENDING here: is told of, then written down once', async (_, steps, state) => {
    const { paymentId } = await initiated();
    for (const step of steps) await doneThere(paymentId, step);
    const seen = await report();
    expect(seen).toMatchObject({ ours: 1, theirs: 1, repaired: [], open: [{ kind: 'ahead_there' }] });
    expect((await read(paymentId)).state).toBe('PENDING');
    expect(await repair()).toMatchObject({ repaired: [{ payment: { id: paymentId } }], open: [] });
    expect((await read(paymentId)).state).toBe(state);
    expect(await repair()).toMatchObject({ repaired: [], open: [] });
    expect((await actorsOf(paymentId)).at(-1)).toMatch(/ by reconcile$/);
  });

  test('captured after it was given up here goes back to the customer', async () => {
    const { orderId, paymentId } = await authorised();
    await shop.move(orderId, 'cancel');
    await shop.change(orderId, { type: 'void_payment', paymentId });
    await doneThere(paymentId, 'capture');
    expect(kindsOf((await repair()).repaired)).toEqual(['ahead_there']);
    expect((await read(paymentId)).state).toBe('CAPTURED');
    const refunds = await database.pool.query('SELECT amount_minor, cause FROM refunds WHERE order_id = $1', [orderId]);
    expect(refunds.rows).toEqual([{ amount_minor: 3_050, cause: 'cancellation' }]);
  });

  test('declined there is a failure here, with its code', async () => {
    const { paymentId } = await initiated();
    await gateway.switchOn({ mode: 'decline', times: 1, on: 'payment' });
    const money = {
      reference: await referenceOf(paymentId),
      amountMinor: 3_050,
      currency: 'INR',
      requestedAt: new Date(),
    };
    await adapter().authorise({ ...money, idempotencyKey: 'x', paymentToken: 'token', capture: false });
    await repair();
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'do_not_honour' });
  });

  test('written down here while the books are read is no difference', async () => {
    const { orderId, paymentId } = await initiated();
    await doneThere(paymentId, 'authorise');
    const meanwhile: PaymentGateway = {
      ...adapter(),
      listPayments: async (page) => {
        const books = await adapter().listPayments(page);
        const [booked] = await paying.booksOf(paymentId);
        const gatewayReference = booked?.id ?? '';
        await doneThere(paymentId, 'capture');
        await shop.change(orderId, { type: 'capture_payment', paymentId, gatewayReference });
        return books;
      },
    };
    expect(await report(meanwhile)).toMatchObject({ repaired: [], open: [] });
  });

  test('and written down by a worker in the moment of the repair counts as repaired, and is there once', async () => {
    const { orderId, paymentId } = await authorised();
    await doneThere(paymentId, 'capture');
    const [booked] = await paying.booksOf(paymentId);
    const command = { type: 'capture_payment', paymentId, gatewayReference: booked?.id ?? '' } as const;
    const both = await Promise.all([repair(), repair(), shop.change(orderId, command).catch(() => undefined)]);
    for (const result of [both[0], both[1]]) expect(result.open).toEqual([]);
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'capture']);
  });
});

describe('what only a person can settle', () => {
  test('is told of, each as what it is, kept for a person, and nothing is changed', async () => {
    const missing = await authorised();
    await database.pool.query('DELETE FROM gateway.payment_requests; DELETE FROM gateway.payments');
    const given = await authorised();
    await shop.change(given.orderId, { type: 'void_payment', paymentId: given.paymentId });
    const less = await authorised();
    await doneThere(less.paymentId, 'capture', 3_000);
    const twice = await authorised();
    await database.pool.query(
      `INSERT INTO gateway.payments (id, reference, amount_minor, captured_minor, currency, status, captures)
       SELECT 'pay_' || n, $1, 3050, 3050, 'INR', 'captured', true FROM generate_series(1, 2) n`,
      [await referenceOf(twice.paymentId)],
    );
    await database.pool.query(
      `INSERT INTO gateway.payments (id, reference, amount_minor, captured_minor, currency, status, captures)
       SELECT 'pay_s' || n, 'payment-9000000' || n, 1, 1, 'INR', 'captured', true FROM generate_series(1, 230) n`,
    );
    const before = await database.pool.query('SELECT * FROM payments ORDER BY id');
    const found = await repair();
    expect(found.repaired).toEqual([]);
    const byKind = Map.groupBy(found.open, ({ kind }) => kind);
    expect(byKind.get('not_at_the_gateway')).toMatchObject([{ payment: { id: missing.paymentId } }]);
    expect(byKind.get('states_differ')).toMatchObject([{ payment: { id: given.paymentId, state: 'VOIDED' } }]);
    expect(byKind.get('amounts_differ')).toMatchObject([{ theirs: { capturedMinor: 3_000 } }]);
    expect(byKind.get('paid_twice')).toMatchObject([{ payment: { id: twice.paymentId } }]);
    // More than two pages of them.
    expect(byKind.get('unknown_here')).toHaveLength(230);
    expect((await database.pool.query('SELECT * FROM payments ORDER BY id')).rows).toEqual(before.rows);

    const refunds = { ours: 0, theirs: 0, repaired: [], open: [] };
    const kept = { gateway: 'local', payments: found, refunds, since: null } as const;
    for (let times = 1; times <= 2; times += 1) await recordFinding(database.pool, kept);
    const { rows } = await listDifferences(database.pool, { state: 'OPEN' }, { limit: 500, after: undefined });
    expect(rows).toHaveLength(234);
    expect(rows.find(({ kind }) => kind === 'amounts_differ')).toMatchObject({
      subject: 'payment',
      paymentId: less.paymentId,
      refundId: null,
      ourState: 'AUTHORISED',
      ourAmountMinor: 3_050,
      theirAmountMinor: 3_000,
    });
  });

  test('one under way for over an hour whose job is dead has its step taken up again', async () => {
    const { orderId, paymentId } = await initiated();
    await paying.aged(paymentId, 2);
    await database.pool.query(`UPDATE jobs SET state = 'DEAD' WHERE order_id = $1`, [orderId]);
    expect(kindsOf((await report()).open)).toEqual(['outcome_unknown']);
    expect(await jobs.of(orderId, 'payment.authorise')).toHaveLength(1);
    for (let times = 1; times <= 2; times += 1) await repair();
    expect(await jobs.of(orderId, 'payment.authorise')).toMatchObject([{ state: 'DEAD' }, { state: 'READY' }]);
    await paying.start();
    await jobs.allEnded();
    expect((await read(paymentId)).state).toBe('AUTHORISED');
    expect(await report()).toMatchObject({ open: [] });
  });
});

describe('the books of others', () => {
  test("another installation's payment of the same id on the same account is none of ours", async () => {
    const { paymentId } = await initiated();
    await database.pool.query(
      `INSERT INTO gateway.payments (id, reference, amount_minor, captured_minor, currency, status, captures)
       VALUES ('pay_other', $1, 3050, 3050, 'INR', 'captured', true)`,
      [`payment-r000000000000-${paymentId}`],
    );
    expect(await repair()).toMatchObject({ repaired: [], open: [{ kind: 'unknown_here' }] });
    expect((await read(paymentId)).state).toBe('PENDING');
  });

  test('a repair that fails stays open, and what comes after it is settled', async () => {
    const razorpay = razorpayStandIn();
    const baseUrl = await servers.httpServer(razorpay.standIn.listener);
    const books = createRazorpayGateway({ keyId: 'rzp_test', keySecret: 'canary', baseUrl }, LIMITS);
    const first = await initiated({ gateway: 'razorpay', token: 'pay_S1' });
    const second = await initiated({ gateway: 'razorpay', token: 'pay_S1' });
    const third = await initiated({ gateway: 'razorpay', token: 'pay_S2' });
    const capture = { type: 'capture_payment', paymentId: first.paymentId, gatewayReference: 'pay_S1' } as const;
    await shop.change(first.orderId, capture);
    // One payment of Razorpay's cannot be that of two here.
    for (const [id, { paymentId }] of [['pay_S1', second] as const, ['pay_S2', third] as const]) {
      const notes = { roundtrip_reference: await referenceOf(paymentId) };
      razorpay.authorised(id, { amount: 3_050, status: 'captured', captured: true, notes });
    }
    const { repaired, open } = await repair(books);
    expect(repaired).toMatchObject([{ kind: 'ahead_there', payment: { id: third.paymentId } }]);
    expect(open).toMatchObject([
      { kind: 'not_at_the_gateway', payment: { id: first.paymentId } },
      { kind: 'ahead_there', payment: { id: second.paymentId } },
    ]);
    expect((await read(second.paymentId)).state).toBe('PENDING');
  });

  test('Stripe: what it has captured is written down, by its own list and by its own name', async () => {
    const stripe = stripeStandIn();
    const baseUrl = await servers.httpServer(stripe.standIn.listener);
    const books = createStripeGateway({ secretKey: 'sk_test_canary', baseUrl }, LIMITS);
    const { orderId, paymentId } = await initiated({ gateway: 'stripe', token: 'pm_card_visa' });
    await database.pool.query(`UPDATE payments SET created_at = '2026-04-01T09:59:00Z' WHERE id = $1`, [paymentId]);
    const money = {
      reference: await referenceOf(paymentId),
      amountMinor: 3_050,
      currency: 'INR',
      requestedAt: new Date('2026-04-01T10:00:00Z'),
    };
    const asked = { ...money, idempotencyKey: 'one', paymentToken: 'pm_card_visa', capture: false };
    expect(await books.authorise(asked)).toMatchObject({ kind: 'succeeded', gatewayReference: 'pi_1' });
    expect(kindsOf((await repair(books)).repaired)).toEqual(['ahead_there']);
    await shop.change(orderId, { type: 'request_capture', paymentId, amountMinor: 2_000, reason: null });
    const part = { ...money, amountMinor: 2_000, idempotencyKey: 'two', paymentReference: 'pi_1' };
    expect((await books.capture(part)).kind).toBe('succeeded');
    expect(kindsOf((await repair(books)).repaired)).toEqual(['ahead_there']);
    expect(await read(paymentId)).toMatchObject({ state: 'CAPTURED', reference: 'pi_1', captureMinor: 2_000 });
    expect(await report(books)).toMatchObject({ ours: 1, theirs: 1, open: [] });
    expect((await report()).ours).toBe(0);
  });

  test('Razorpay: what was left to expire is voided once it has given it back; a checkout that nobody claims is nothing', async () => {
    const razorpay = razorpayStandIn();
    const baseUrl = await servers.httpServer(razorpay.standIn.listener);
    const books = createRazorpayGateway({ keyId: 'rzp_test', keySecret: 'canary', baseUrl }, LIMITS);
    razorpay.authorised('pay_R1', { amount: 3_050 });
    razorpay.authorised('pay_R2', { amount: 1 });
    const { orderId, paymentId } = await initiated({ gateway: 'razorpay', token: 'pay_R1' });
    await paying.start(books);
    await jobs.allEnded();
    await shop.move(orderId, 'cancel');
    await jobs.allEnded();
    expect(await repair(books)).toMatchObject({ ours: 1, theirs: 2, repaired: [], open: [] });
    razorpay.authorised('pay_R1', {
      amount: 3_050,
      status: 'refunded',
      notes: { roundtrip_reference: await referenceOf(paymentId) },
    });
    expect(kindsOf((await repair(books)).repaired)).toEqual(['ahead_there']);
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'let_expire', 'void']);
  });
});
