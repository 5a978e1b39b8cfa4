import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';
import { FAULT_MODES, type FaultMode } from '../gateway/faults.ts';
import { createHttpGateway } from './http-gateway.ts';
import type { GatewayOutcome, RefundLookup, RefundRequest } from './payment-gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const TIMEOUT_MS = 300;
/** For answers that are to arrive, on a busy machine too. */
const PATIENT_TIMEOUT_MS = 10_000;
const SLOW_MS = 50;
const BEYOND_TIMEOUT_MS = 60_000;

const request: RefundRequest = {
  reference: 'refund-7',
  idempotencyKey: 'refund-7-1',
  amountMinor: 129_900,
  currency: 'INR',
  requestedAt: new Date('2026-04-01T10:00:00Z'),
  paymentReference: null,
};
const secondAttempt: RefundRequest = { ...request, idempotencyKey: 'refund-7-2' };

const adapter = (timeoutMs = PATIENT_TIMEOUT_MS) => createHttpGateway({ baseUrl: gateway.url, timeoutMs });

beforeEach(async () => {
  await gateway.switchOff();
  await database.pool.query('TRUNCATE gateway.refunds');
});

const booked = async () => (await gateway.books()).map(({ status }) => status);
const containing = (text: string) => expect.stringContaining(text) as unknown as string;

interface Effect {
  /** What is seen of it while it is on. */
  readonly outcome: GatewayOutcome;
  /** What the books hold then; asking tells the same. */
  readonly booked: readonly ('succeeded' | 'declined' | 'pending')[];
  readonly delayMs?: number;
  /** Short where time is what ends the exchange. */
  readonly timeoutMs?: number;
}

const gatewayReference = expect.stringMatching(/^rf_[0-9a-f]{24}$/) as unknown as string;
const succeeded = { kind: 'succeeded', gatewayReference } as const;
const declined = { kind: 'declined', code: 'do_not_honour', message: containing('do_not_honour') } as const;
const pending = { kind: 'pending', gatewayReference } as const;
const OUTCOMES = { succeeded, declined, pending };
const unknown = (reason: string): GatewayOutcome => ({ kind: 'unknown', reason: containing(reason) });

/** A mode that the gateway learns must be entered here before this file compiles. */
const EFFECTS: Readonly<Record<FaultMode, Effect>> = {
  decline: { outcome: declined, booked: ['declined'] },
  error_500: { outcome: unknown('500 service.error'), booked: [] },
  error_429: {
    outcome: { kind: 'not_done', reason: 'the gateway has too much to do', retryAfterMs: 1_000 },
    booked: [],
  },
  in_flight: {
    outcome: { kind: 'in_flight', reason: 'the gateway is at a request with this key', retryAfterMs: 1_000 },
    booked: [],
  },
  pending: { outcome: pending, booked: ['pending'], delayMs: BEYOND_TIMEOUT_MS },
  pending_decline: { outcome: pending, booked: ['pending'], delayMs: BEYOND_TIMEOUT_MS },
  timeout_after: {
    outcome: unknown(`no whole answer within ${TIMEOUT_MS} ms`),
    booked: ['succeeded'],
    delayMs: BEYOND_TIMEOUT_MS,
    timeoutMs: TIMEOUT_MS,
  },
  slow: { outcome: succeeded, booked: ['succeeded'], delayMs: SLOW_MS },
  drop_before: { outcome: unknown('the connection broke'), booked: [] },
  drop_after: { outcome: unknown('the connection broke'), booked: ['succeeded'] },
  garbage: { outcome: unknown('the answer is not a refund'), booked: ['succeeded'] },
  huge: { outcome: unknown('the answer is over 65536 bytes'), booked: ['succeeded'] },
};

describe('while the gateway misbehaves, once', () => {
  test.each(FAULT_MODES)('%s is told for what it is; asking tells what is booked', async (mode) => {
    const { outcome, booked: inBooks, delayMs, timeoutMs } = EFFECTS[mode];
    await gateway.switchOn({ mode, times: 1, delay_ms: delayMs });
    expect(await adapter(timeoutMs).refund(request)).toEqual(outcome);
    // A time-out of the caller may come before the booking that it did not wait for.
    await expect.poll(booked).toEqual(inBooks);
    expect(await adapter().findRefund(request)).toEqual(lookupOf(inBooks));
  });

  test.each(FAULT_MODES)('after %s, the same key again ends in one refund', async (mode) => {
    const { booked: inBooks, delayMs, timeoutMs } = EFFECTS[mode];
    await gateway.switchOn({ mode, times: 1, delay_ms: delayMs });
    await adapter(timeoutMs).refund(request);
    await expect.poll(booked).toEqual(inBooks);
    const status = inBooks[0] ?? 'succeeded';
    expect(await adapter().refund(request)).toEqual(OUTCOMES[status]);
    expect(await booked()).toEqual([status]);
  });

  const HARMLESS_TO_QUESTIONS = new Set<FaultMode>(['slow', 'decline', 'pending', 'pending_decline']);
  const MISLEADING = FAULT_MODES.filter((mode) => !HARMLESS_TO_QUESTIONS.has(mode));

  test.each(MISLEADING)('%s of the question is unknown: never absent, and never found', async (mode) => {
    const { delayMs, timeoutMs } = EFFECTS[mode];
    await adapter().refund(request);
    await gateway.switchOn({ mode, on: 'query', delay_ms: delayMs });
    const lookup = await adapter(timeoutMs).findRefund(request);
    expect(lookup).toEqual({ kind: 'unknown', reason: expect.any(String) as unknown });
  });

  test('a slow answer to the question is waited for', async () => {
    await adapter().refund(request);
    await gateway.switchOn({ mode: 'slow', on: 'query', delay_ms: SLOW_MS });
    expect(await adapter().findRefund(request)).toEqual({ kind: 'found', outcome: succeeded });
  });
});

describe('attempts and keys', () => {
  test('an attempt that was declined and one not yet made are told apart', async () => {
    await gateway.switchOn({ mode: 'decline', times: 1 });
    expect(await adapter().refund(request)).toEqual(declined);
    expect(await adapter().findRefund(secondAttempt)).toEqual({ kind: 'absent' });
    expect(await adapter().findRefund(request)).toEqual({ kind: 'found', outcome: declined });
  });

  test('once one attempt succeeded, asking about any of them finds the money that moved', async () => {
    await gateway.switchOn({ mode: 'decline', times: 1 });
    await adapter().refund(request);
    const outcome = await adapter().refund(secondAttempt);
    expect(outcome).toEqual(succeeded);
    for (const attempt of [request, secondAttempt]) {
      expect(await adapter().findRefund(attempt)).toEqual({ kind: 'found', outcome });
    }
  });

  test('a key that was used for another amount is unknown, and so is asking: a person must look', async () => {
    await adapter().refund(request);
    const other = { ...request, amountMinor: 1 };
    expect(await adapter().refund(other)).toEqual(unknown('422 idempotency.key_reused'));
    expect(await adapter().findRefund(other)).toEqual(unknown('has 129900 INR under refund-7, which is 1 INR with us'));
    expect(await booked()).toEqual(['succeeded']);
  });

  test('a success behind a hundred later declines is found', async () => {
    await adapter().refund(request);
    await database.pool.query(
      `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status, decline_code)
       SELECT 'rf_' || n, 'refund-7-' || n, 'refund-7', 129900, 'INR', 'declined', 'do_not_honour'
       FROM generate_series(2, 120) n`,
    );
    expect(await adapter().findRefund(secondAttempt)).toEqual({ kind: 'found', outcome: succeeded });
  });

  test('refunds of other references are not mistaken for ours', async () => {
    await adapter().refund({ ...request, reference: 'refund-70', idempotencyKey: 'refund-70-1' });
    expect(await adapter().findRefund(request)).toEqual({ kind: 'absent' });
  });
});

test('the books are read to the end, page by page, newest first and each refund once', async () => {
  await database.pool.query(
    `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status, decline_code)
     SELECT 'rf_' || n, 'refund-' || n || '-1', 'refund-' || n, n, 'INR',
            CASE WHEN n % 2 = 0 THEN 'succeeded' ELSE 'declined' END,
            CASE WHEN n % 2 = 0 THEN NULL ELSE 'do_not_honour' END
     FROM generate_series(1, 205) n`,
  );
  const refunds = [];
  let after: string | null = null;
  do {
    const page = await adapter().listRefunds({ since: null, after });
    if (page.kind === 'unknown') throw new Error(page.reason);
    refunds.push(...page.entries);
    after = page.next;
  } while (after !== null && refunds.length <= 205);
  expect(refunds).toEqual(
    Array.from({ length: 205 }, (_, index) => 205 - index).map((number) => ({
      gatewayReference: `rf_${number}`,
      reference: `refund-${number}`,
      amountMinor: number,
      currency: 'INR',
      status: number % 2 === 0 ? 'succeeded' : 'declined',
    })),
  );
});

function lookupOf(inBooks: Effect['booked']): RefundLookup {
  if (inBooks.length === 0) return { kind: 'absent' };
  return { kind: 'found', outcome: OUTCOMES[inBooks[0] ?? 'succeeded'] };
}
