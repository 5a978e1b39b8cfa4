import { beforeEach, describe, expect, test } from 'vitest';
import { usePaying, type Initiated } from '../../../test/support/shop/paying.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import { NotYet } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';

/*
 * A payment's steps at its gateway, authorise, capture and void: each has one effect, on both sides, whatever goes wrong
 * on the way.
 */

const paying = usePaying();
const {
  shop,
  gateway,
  jobs,
  database,
  initiated,
  authorised,
  read,
  eventsOf,
  referenceOf,
  booksOf,
  jobOf,
  handler,
  adapter,
} = paying;

beforeEach(async () => {
  await gateway.switchOff();
  await jobs.clear();
});

const capture = (paymentId: number, amountMinor: number | null = null) =>
  ({ type: 'request_capture', paymentId, amountMinor, reason: null }) as const;
const giveUp = (paymentId: number) => ({ type: 'request_void', paymentId, reason: null }) as const;

/** An authorised payment, and the job that a person has just asked for, in this test's hands. */
async function asked(step: 'capture' | 'void'): Promise<Initiated & { job: RunningJob }> {
  const made = await authorised();
  await shop.change(made.orderId, step === 'capture' ? capture(made.paymentId) : giveUp(made.paymentId));
  return { ...made, job: await jobs.take((await jobOf(made.orderId, step)).id) };
}

const stateOf = async (orderId: number) => {
  const { rows } = await database.pool.query<{ state: string }>('SELECT state FROM orders WHERE id = $1', [orderId]);
  return rows[0]?.state;
};

describe('a capture that waits', () => {
  test.each(['cancelling the order', 'giving the payment up'])('is not sent any more after %s', async (what) => {
    const { orderId, paymentId, job } = await asked('capture');
    if (what === 'cancelling the order') await shop.move(orderId, 'cancel');
    else await shop.change(orderId, giveUp(paymentId));
    expect(await handler('capture')(job)).toBe('nothing_to_do');
    expect(await handler('void')(await jobs.take((await jobOf(orderId, 'void')).id))).toBe('settled');
    expect((await read(paymentId)).state).toBe('VOIDED');
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'voided', captured_minor: 0 }]);
  });

  test('and that the gateway takes at the moment at which the order is cancelled is paid back', async () => {
    const { orderId, paymentId, job } = await asked('capture');
    const cancelsFirst: PaymentGateway = {
      ...adapter(),
      capture: async (request) => {
        await shop.move(orderId, 'cancel');
        return adapter().capture(request);
      },
    };
    expect(await handler('capture', cancelsFirst)(job)).toBe('settled');
    expect((await read(paymentId)).state).toBe('CAPTURED');
    expect(await handler('void')(await jobs.take((await jobOf(orderId, 'void')).id))).toBe('nothing_to_do');
    const { rows } = await database.pool.query('SELECT amount_minor, cause FROM refunds WHERE order_id = $1', [
      orderId,
    ]);
    expect(rows).toEqual([{ amount_minor: 3_050, cause: 'cancellation' }]);
  });
});

describe('on an ordinary day', () => {
  test('a payment is authorised and captured in one step, and pays the order', async () => {
    const { orderId, paymentId } = await initiated({ captures: true });
    await paying.start();
    await jobs.allEnded();
    const [booked] = await booksOf(paymentId);
    expect(booked).toMatchObject({ status: 'captured', captured_minor: 3_050 });
    // The gateway's name for it is all that anybody needs from here on.
    const captured = { state: 'CAPTURED', reference: booked?.id, token: null, intent: null };
    expect(await read(paymentId)).toMatchObject(captured);
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'capture']);
    expect(await stateOf(orderId)).toBe('PAID');
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
  });

  test('one that is only authorised waits for a person, who has it captured', async () => {
    const { orderId, paymentId } = await authorised();
    expect(await read(paymentId)).toMatchObject({ state: 'AUTHORISED' });
    await shop.change(orderId, capture(paymentId));
    await paying.start();
    await jobs.allEnded();
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'capture']);
    expect(await stateOf(orderId)).toBe('PAID');
  });

  test('a part of it is captured, the rest is released, and the order waits for what is left of it', async () => {
    const { orderId, paymentId } = await authorised();
    await shop.change(orderId, capture(paymentId, 2_000));
    await paying.start();
    await jobs.allEnded();
    expect(await booksOf(paymentId)).toMatchObject([{ amount_minor: 3_050, captured_minor: 2_000 }]);
    expect(await read(paymentId)).toMatchObject({ state: 'CAPTURED', amountMinor: 3_050, captureMinor: 2_000 });
    const rest = {
      type: 'record_payment',
      amountMinor: 1_050,
      currency: null,
      method: 'cash',
      reference: null,
    } as const;
    expect((await shop.change(orderId, rest)).state).toBe('PAID');
    const { refunds } = await shop.move(orderId, 'cancel');
    expect(refunds.map(({ amountMinor }) => amountMinor).sort()).toEqual([1_050, 2_000]);
    const { rows } = await database.pool.query(
      `SELECT account, sum(amount_minor)::bigint AS sum FROM ledger_entries WHERE order_id = $1 AND account LIKE 'cash%'
       GROUP BY account ORDER BY account`,
      [orderId],
    );
    expect(rows).toEqual([
      { account: 'cash:elsewhere', sum: 1_050 },
      { account: 'cash:local', sum: 2_000 },
    ]);
    await expect(
      database.pool.query('UPDATE payments SET refunded_minor = 2001 WHERE id = $1', [paymentId]),
    ).rejects.toThrow('payments_refunded_within_captured');
  });

  test('an order that is cancelled has its authorised payment voided', async () => {
    const { orderId, paymentId } = await authorised();
    await shop.move(orderId, 'cancel');
    await paying.start();
    await jobs.allEnded();
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'voided' }]);
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'void']);
  });

  test('nothing is sent for an order that was cancelled before', async () => {
    const { orderId, paymentId } = await initiated();
    await shop.move(orderId, 'cancel');
    await paying.start();
    await jobs.allEnded();
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'order_cancelled' });
    expect(await booksOf(paymentId)).toEqual([]);
  });
});

describe('a decline', () => {
  test('of a payment is written down with its code, and the order takes another', async () => {
    const { orderId, paymentId } = await initiated({ token: 'decline' });
    await paying.start();
    await jobs.allEnded();
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'do_not_honour' });
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DONE', attempts: 1 });
    expect((await shop.move(orderId, 'pay')).state).toBe('PAID');
  });

  test('of a capture leaves the payment authorised, as it is there, and says why: another part of it is captured', async () => {
    const { orderId, paymentId, job } = await asked('capture');
    await gateway.switchOn({ mode: 'decline', times: 1, on: 'payment' });
    expect(await handler('capture')(job)).toBe('settled');
    const declined = { state: 'AUTHORISED', intent: null, failureCode: 'do_not_honour' };
    expect(await read(paymentId)).toMatchObject(declined);
    await shop.change(orderId, capture(paymentId, 1_000));
    await paying.start();
    await jobs.allEnded();
    expect(await read(paymentId)).toMatchObject({ state: 'CAPTURED', captureMinor: 1_000, failureCode: null });
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'captured', captured_minor: 1_000 }]);
  });

  test('of a capture that was asked for again is asked for under a key of its own', async () => {
    const keys: string[] = [];
    const { orderId, paymentId, job } = await asked('capture');
    const declining: PaymentGateway = {
      ...adapter(),
      capture: ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        return Promise.resolve({ kind: 'declined', code: 'amount_too_small', message: 'Too small.' });
      },
    };
    await handler('capture', declining)(job);
    await shop.change(orderId, capture(paymentId));
    const again = (await jobs.of(orderId, 'payment.capture')).find(({ state }) => state === 'READY');
    await handler('capture', declining)(await jobs.take(again?.id ?? 0));
    expect(new Set(keys).size).toBe(2);
  });

  test('of a capture because the gateway has voided it meanwhile says that it is voided', async () => {
    const { paymentId, job } = await asked('capture');
    const voidsFirst: PaymentGateway = {
      ...adapter(),
      capture: async (request) => {
        await adapter().void({ ...request, amountMinor: 3_050, idempotencyKey: 'by-telephone' });
        return adapter().capture(request);
      },
    };
    expect(await handler('capture', voidsFirst)(job)).toBe('settled');
    expect((await read(paymentId)).state).toBe('VOIDED');
  });

  test('of a void leaves the payment to expire, and says why', async () => {
    const { orderId, paymentId, job } = await asked('void');
    await gateway.switchOn({ mode: 'decline', times: 1, on: 'payment' });
    expect(await handler('void')(job)).toBe('settled');
    expect((await read(paymentId)).state).toBe('LEFT_TO_EXPIRE');
    const { rows } = await database.pool.query(
      `SELECT reason FROM state_transitions WHERE order_id = $1 AND event = 'let_expire'`,
      [orderId],
    );
    expect(rows).toEqual([{ reason: 'The gateway declined the payment: do_not_honour.' }]);
  });
});

describe('a gateway that misbehaves', () => {
  test.each([
    { mode: 'error_500', times: 3 },
    { mode: 'error_429', times: 2 },
    { mode: 'drop_before', times: 2 },
    { mode: 'drop_after', times: 1 },
    { mode: 'garbage', times: 1 },
    { mode: 'timeout_after', times: 1 },
  ] as const)('by $mode, $times times over, is asked, and takes each step once', async ({ mode, times }) => {
    const { orderId, paymentId } = await initiated();
    await gateway.switchOn({ mode, times, on: 'payment', delay_ms: 10_000 });
    await paying.start();
    await jobs.allEnded();
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise']);
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DONE', attempts: 1 + times });
    await gateway.switchOn({ mode, times, on: 'payment', delay_ms: 10_000 });
    await shop.change(orderId, capture(paymentId));
    await jobs.allEnded();
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'capture']);
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'captured', captured_minor: 3_050 }]);
  });

  test('that does not say what it knows is sent nothing', async () => {
    const { orderId, paymentId } = await initiated();
    await gateway.switchOn({ mode: 'garbage', on: 'query' });
    await paying.start();
    await jobs.allEnded();
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DEAD', attempts: 12 });
    expect((await read(paymentId)).state).toBe('PENDING');
    expect(await booksOf(paymentId)).toEqual([]);
  });

  test('that has captured another amount than was asked for is believed nothing: a person must look', async () => {
    const { orderId, paymentId } = await authorised();
    await shop.change(orderId, capture(paymentId, 2_000));
    await database.pool.query(
      `UPDATE gateway.payments SET status = 'captured', captured_minor = 3050 WHERE reference = $1`,
      [await referenceOf(paymentId)],
    );
    await paying.start();
    await jobs.allEnded();
    const job = await jobOf(orderId, 'capture');
    expect(job.state).toBe('DEAD');
    const reference = await referenceOf(paymentId);
    expect(job.lastError).toContain(`the gateway has 3050 INR under ${reference}, which is 2000 INR with us`);
    expect((await read(paymentId)).state).toBe('AUTHORISED');
  });
});

describe('a payment that a person gives up before it is authorised', () => {
  test('that the gateway never took fails at once, although its job was set aside, and another pays the order', async () => {
    const { orderId, paymentId } = await initiated({ captures: true });
    await gateway.switchOn({ mode: 'error_500', on: 'payment' });
    await paying.start();
    await jobs.allEnded();
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DEAD', attempts: 12 });
    await shop.change(orderId, giveUp(paymentId));
    await jobs.allEnded();
    expect(await jobOf(orderId, 'authorise')).toMatchObject({ state: 'DONE', attempts: 1 });
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'given_up', intent: null });
    expect(await booksOf(paymentId)).toEqual([]);
    expect((await shop.move(orderId, 'pay')).state).toBe('PAID');
  });

  test('that the gateway has authorised, unknown to us, is voided there', async () => {
    const { orderId, paymentId } = await initiated();
    await gateway.switchOn({ mode: 'drop_after', times: 1, on: 'payment' });
    const job = await jobs.take((await jobOf(orderId, 'authorise')).id);
    await expect(handler('authorise')(job)).rejects.toThrow('not known');
    await jobs.loseWorkerOf(job.id);
    await shop.change(orderId, giveUp(paymentId));
    await paying.start();
    await jobs.allEnded();
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'void']);
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'voided' }]);
  });

  test('waits for a run that may be sending it at this moment, and fails only then', async () => {
    const { orderId, paymentId } = await initiated();
    const sending = await jobs.take((await jobOf(orderId, 'authorise')).id);
    await shop.change(orderId, giveUp(paymentId));
    const next = await jobs.take((await jobOf(orderId, 'authorise')).id);
    expect(next.id).not.toBe(sending.id);
    await expect(handler('authorise')(next)).rejects.toThrow(NotYet);
    expect((await read(paymentId)).state).toBe('PENDING');
    await jobs.loseWorkerOf(sending.id);
    expect(await handler('authorise')(next)).toBe('settled');
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'given_up' });
  });
});

describe('a worker that is lost', () => {
  const die = () => Promise.reject(new Error('the worker was killed'));

  async function takenOver({ id }: RunningJob): Promise<RunningJob> {
    await jobs.loseWorkerOf(id);
    return jobs.take(id);
  }

  test.each(['authorise', 'capture', 'void'] as const)(
    'before or after the call that would %s: the next one asks, and the step is taken once',
    async (step) => {
      const { orderId, paymentId } = step === 'authorise' ? await initiated() : await authorised();
      if (step === 'capture') await shop.change(orderId, capture(paymentId));
      if (step === 'void') await shop.change(orderId, giveUp(paymentId));
      const first = await jobs.take((await jobOf(orderId, step)).id);
      await expect(handler(step, { ...adapter(), [step]: die })(first)).rejects.toThrow('killed');

      const afterTheCall: PaymentGateway = {
        ...adapter(),
        authorise: (request) => adapter().authorise(request).then(die),
        capture: (request) => adapter().capture(request).then(die),
        void: (request) => adapter().void(request).then(die),
      };
      const second = await takenOver(first);
      await expect(handler(step, afterTheCall)(second)).rejects.toThrow('killed');

      const third = await takenOver(second);
      const sendsNothing: PaymentGateway = { ...adapter(), authorise: die, capture: die, void: die };
      expect(await handler(step, sendsNothing)(third)).toBe('settled');
      expect(await booksOf(paymentId)).toHaveLength(1);
      expect((await eventsOf(paymentId)).at(-1)).toBe(step);
      expect(await handler(step, sendsNothing)(third)).toBe('nothing_to_do');
    },
  );

  test('and comes back beside seven others: they all send, one settles, and it is captured once', async () => {
    const { orderId, paymentId, job } = await asked('capture');
    const results = await Promise.all(Array.from({ length: 8 }, () => handler('capture')(job)));
    expect(results.filter((result) => result === 'settled')).toHaveLength(1);
    expect(results.filter((result) => result === 'nothing_to_do')).toHaveLength(7);
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'capture']);
    expect(await booksOf(paymentId)).toMatchObject([{ status: 'captured', captured_minor: 3_050 }]);
    expect(await stateOf(orderId)).toBe('PAID');
  });
});

describe('a payment that the gateway has under way', () => {
  test('is asked about until it is through, however many runs that takes: none of them counts as failed', async () => {
    const { orderId, paymentId } = await initiated({ captures: true });
    await gateway.switchOn({ mode: 'pending', times: 1, on: 'payment', delay_ms: 120_000 });
    const { id } = await jobOf(orderId, 'authorise');
    await jobs.take(id);
    await jobs.loseWorkerOf(id);
    await paying.start();
    for (let run = 1; run <= 20; run += 1) {
      await expect
        .poll(() => jobOf(orderId, 'authorise'), { timeout: 5_000, interval: 5 })
        .toMatchObject({
          state: 'READY',
          attempts: 1,
          lastError: expect.stringContaining('settles it later') as string,
        });
      const { rowCount } = await database.pool.query(
        `UPDATE jobs SET run_at = now() - interval '1 s', last_error = 'run ${run}' WHERE id = $1 AND state = 'READY'`,
        [id],
      );
      expect(rowCount).toBe(1);
    }
    await database.pool.query(`UPDATE gateway.payments SET settles_at = now() WHERE reference = $1`, [
      await referenceOf(paymentId),
    ]);
    await jobs.allEnded();
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'capture']);
    expect((await jobOf(orderId, 'authorise')).state).toBe('DONE');
  });

  test.each([
    [0, 30_000],
    [1, 1_800_000],
    [100, 6 * 3_600_000],
  ])('for %d hours is asked about again in %d ms', async (hours, delayMs) => {
    const { orderId, paymentId } = await initiated();
    const job = await jobs.take((await jobOf(orderId, 'authorise')).id);
    await paying.aged(paymentId, hours);
    await gateway.switchOn({ mode: 'pending', times: 1, on: 'payment', delay_ms: 120_000 });
    const waits = await handler('authorise')(job).catch((error: unknown) => error);
    expect(waits).toBeInstanceOf(NotYet);
    expect((waits as NotYet).afterMs / delayMs).toBeCloseTo(1, 1);
  });

  test('for more than two weeks is for a person to look at', async () => {
    const { orderId, paymentId } = await initiated();
    await paying.aged(paymentId, 15 * 24);
    await gateway.switchOn({ mode: 'pending', times: 1, on: 'payment', delay_ms: 120_000 });
    await paying.start();
    await jobs.allEnded();
    const { state, attempts, lastError } = await jobOf(orderId, 'authorise');
    expect({ state, attempts, lastError }).toEqual({
      state: 'DEAD',
      attempts: 1,
      lastError: 'the gateway has not settled it for two weeks',
    });
  });

  test('and declines after all is a failure', async () => {
    const { paymentId } = await initiated();
    await gateway.switchOn({ mode: 'pending_decline', times: 1, on: 'payment', delay_ms: 50 });
    await paying.start();
    await jobs.allEnded();
    expect(await read(paymentId)).toMatchObject({ state: 'FAILED', failureCode: 'do_not_honour' });
  });
});
