import { beforeEach, describe, expect, test } from 'vitest';
import { useRefunding } from '../../../test/support/shop/refunding.ts';
import { onlyOne } from '../../domain/example-orders.ts';

const refunding = useRefunding();
const { database, shop, gateway, jobs, start, read, eventsOf, referenceOf, booksOf, jobOf, expectPaidOnce } = refunding;

/** Total of the example order. */
const AMOUNT_MINOR = 3_050;
const ONCE = ['create', 'submit', 'settle'];

beforeEach(() => gateway.switchOff());

describe('a refund on an ordinary day', () => {
  test('a return of everything ends with what it cost paid back once, and settled', async () => {
    const { order, refund } = await shop.returnedOrder();
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await eventsOf(refund.id)).toEqual(ONCE);
    expect(await jobOf(order.id)).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
    const booked = {
      idempotency_key: `${await referenceOf(refund.id)}-1`,
      amount_minor: AMOUNT_MINOR,
      currency: 'INR',
    };
    expect(await booksOf(refund.id)).toMatchObject([booked]);
  });

  test('cancelling a paid order pays back what was paid', async () => {
    const { refund } = await shop.refundedOrder();
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await booksOf(refund.id)).toMatchObject([{ amount_minor: AMOUNT_MINOR }]);
    expect(await eventsOf(refund.id)).toEqual(ONCE);
  });

  test('twenty at once are paid once each', async () => {
    const refunded = await Promise.all(Array.from({ length: 20 }, () => shop.refundedOrder()));
    await start();
    await jobs.allEnded();
    for (const { refund } of refunded) await expectPaidOnce(refund.id);
  });

  test('a refund of nothing settles without the gateway', async () => {
    const free = [{ sku: 'CARD', title: 'Greeting card, free', quantity: 2, unitPriceMinor: 0 }];
    const { order, refund } = await shop.refundedOrder({ items: free });
    await gateway.switchOn({ mode: 'error_500', on: 'all' });
    await start();
    await jobs.allEnded();
    expect(await read(refund.id)).toMatchObject({ state: 'SUCCEEDED', gatewayReference: null });
    expect(await eventsOf(refund.id)).toEqual(ONCE);
    expect(await jobOf(order.id)).toMatchObject({ state: 'DONE', attempts: 1 });
    expect(await booksOf(refund.id)).toEqual([]);
  });
});

describe('a gateway that misbehaves', () => {
  test.each([
    { mode: 'error_500', times: 3 },
    { mode: 'error_429', times: 3 },
    { mode: 'drop_before', times: 3 },
    { mode: 'drop_after', times: 1 },
    { mode: 'timeout_after', times: 1, delay_ms: 60_000 },
    { mode: 'slow', times: 1, delay_ms: 60_000 },
    { mode: 'garbage', times: 1 },
    { mode: 'huge', times: 1 },
  ] as const)('$mode ($times): the refund is paid once, by one run more than it hits', async (fault) => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn(fault);
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await booksOf(refund.id)).toHaveLength(1);
    expect(await eventsOf(refund.id)).toEqual(ONCE);
    expect(await jobOf(order.id)).toMatchObject({ state: 'DONE', lastError: null, attempts: fault.times + 1 });
  });

  test.each(['drop_before', 'drop_after', 'garbage', 'error_500'] as const)(
    '%s on a quarter of all requests, questions included: ten refunds are paid once each',
    async (mode) => {
      const refunded = await Promise.all(Array.from({ length: 10 }, () => shop.refundedOrder()));
      await gateway.switchOn({ mode, probability: 0.25, times: 20, on: 'all' });
      await start();
      await jobs.allEnded();
      for (const { refund } of refunded) {
        await expectPaidOnce(refund.id);
        expect(await eventsOf(refund.id)).toEqual(ONCE);
      }
    },
  );

  test.each([
    ['garbage', "the gateway's outcome is not known: the answer is not a refund"],
    ['error_500', "the gateway's outcome is not known: the gateway answered 500 service.error"],
    ['error_429', 'the gateway did not take the refund: the gateway has too much to do'],
  ] as const)('after %s the refund is SUBMITTED, not failed, and its job says why', async (mode, lastError) => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode, times: 1 });
    await start();
    await expect.poll(async () => (await jobOf(order.id)).lastError, { timeout: 5_000 }).toBe(lastError);
    await jobs.stop();
    expect((await read(refund.id)).state).toBe('SUBMITTED');
    expect(await jobOf(order.id)).toMatchObject({ state: 'READY', attempts: 1 });
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
  });

  test("a Retry-After that is longer than the job's own back-off is kept to", async () => {
    const { order } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'error_429', times: 1 });
    await start();
    await expect.poll(async () => (await jobOf(order.id)).lastError, { timeout: 5_000 }).not.toBeNull();
    await jobs.stop();
    const { runAt, updatedAt } = await jobOf(order.id);
    // The back-off after a first run is a second at the most, and less with any jitter; the gateway asks for a whole one.
    expect(runAt.getTime() - updatedAt.getTime()).toBeGreaterThanOrEqual(1_000);
  });

  test('a refund that the gateway has with another amount is left to a person, and the reason says both', async () => {
    const { order, refund } = await shop.refundedOrder();
    const reference = await referenceOf(refund.id);
    const key = `${reference}-1`;
    const foreign = { reference, amount_minor: 1, currency: 'INR' };
    expect((await gateway.refund(foreign, key)).statusCode).toBe(201);
    await start();
    await jobs.allEnded();
    expect((await read(refund.id)).state).toBe('SUBMITTED');
    const job = await jobOf(order.id);
    expect([job.state, job.attempts]).toEqual(['DEAD', 12]);
    expect(job.lastError).toContain(`the gateway has 1 INR under ${reference}, which is 3050 INR with us`);
    expect(await booksOf(refund.id)).toHaveLength(1);
  });

  test('a refund unknown past twelve runs is dead, not failed; a person runs its job again, and it is paid once', async () => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'garbage', on: 'all' });
    await start();
    await jobs.allEnded();
    const dead = await jobOf(order.id);
    expect([dead.state, dead.attempts]).toEqual(['DEAD', 12]);
    expect((await read(refund.id)).state).toBe('SUBMITTED');
    expect(await booksOf(refund.id)).toHaveLength(1);

    await gateway.switchOff();
    expect(await shop.execute({ kind: 'retry_job', jobId: dead.id })).toMatchObject({ kind: 'job_retried' });
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await booksOf(refund.id)).toHaveLength(1);
    expect(await eventsOf(refund.id)).toEqual(ONCE);
    expect((await jobOf(order.id)).state).toBe('DONE');
  });

  test('a refund that is refused to the last of twelve runs has failed, and a person pays it another way', async () => {
    const { order, refund } = await shop.refundedOrder();
    const refusing = {
      ...refunding.adapter(),
      refund: () => Promise.resolve({ kind: 'refused', code: 'parameter_unknown', message: 'Not so.' } as const),
    };
    await jobs.start({ 'refund.submit': refunding.handler({ gateway: refusing }) });
    await jobs.allEnded();
    expect(await jobOf(order.id)).toMatchObject({ state: 'DONE', attempts: 12 });
    expect(await read(refund.id)).toMatchObject({ state: 'FAILED', failureCode: 'parameter_unknown' });
    await shop.change(order.id, { type: 'record_refund', refundId: refund.id, reference: 'NEFT 12', reason: null });
    expect(await read(refund.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await booksOf(refund.id)).toEqual([]);
  });

  test('no transaction is open while the gateway is waited for', async () => {
    const { refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'slow', times: 1, delay_ms: 60_000 });
    await start();
    await expect.poll(() => booksOf(refund.id), { timeout: 5_000, interval: 10 }).toHaveLength(1);
    const { rows } = await database.pool.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(rows).toEqual([]);
    await jobs.allEnded();
  });
});

describe('a refund out of a backup', () => {
  test('that was paid since, under a key that the gateway has forgotten, is not sent once more', async () => {
    const { refund } = await shop.refundedOrder();
    const paid = { reference: await referenceOf(refund.id), amount_minor: AMOUNT_MINOR, currency: 'INR' };
    await gateway.refund(paid, `${paid.reference}-1`);
    await database.pool.query(`UPDATE gateway.refunds SET idempotency_key = 'forgotten' WHERE reference = $1`, [
      paid.reference,
    ]);
    await database.pool.query(`UPDATE refunds SET created_at = now() - interval '25 hours' WHERE id = $1`, [refund.id]);
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await booksOf(refund.id)).toHaveLength(1);
  });
});

describe('a decline', () => {
  test('is a failure with code and message, and ends the job: nobody tries again silently', async () => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'decline', times: 1 });
    await start();
    await jobs.allEnded();
    expect(await read(refund.id)).toMatchObject({
      state: 'FAILED',
      attempt: 1,
      failureCode: 'do_not_honour',
      failureMessage: 'The gateway declined the refund: do_not_honour.',
      gatewayReference: null,
    });
    expect(await jobOf(order.id)).toMatchObject({ state: 'DONE', attempts: 1 });
    expect(await eventsOf(refund.id)).toEqual(['create', 'submit', 'fail']);
    expect(await booksOf(refund.id)).toMatchObject([{ status: 'declined' }]);
  });

  test('whose answer was lost is found by asking, and is the same failure', async () => {
    const { refund } = await shop.refundedOrder();
    const declined = { reference: await referenceOf(refund.id), amount_minor: AMOUNT_MINOR, currency: 'INR' };
    await gateway.switchOn({ mode: 'decline', times: 1 });
    expect((await gateway.refund(declined, `${declined.reference}-1`)).statusCode).toBe(402);
    await gateway.switchOn({ mode: 'error_500', times: 1 });
    await start();
    await jobs.allEnded();
    expect(await read(refund.id)).toMatchObject({ state: 'FAILED', failureCode: 'do_not_honour' });
    expect(await eventsOf(refund.id)).toEqual(['create', 'submit', 'fail']);
  });

  test('that a person sends again is a new attempt under a new key, and is paid once', async () => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'decline', times: 2 });
    await start();
    await jobs.allEnded();
    const again = { type: 'retry_refund', refundId: refund.id, reason: 'The customer has a new card' } as const;
    await shop.change(order.id, again);
    await jobs.allEnded();
    expect(await read(refund.id)).toMatchObject({ state: 'FAILED', attempt: 2 });
    await shop.change(order.id, again);
    await jobs.allEnded();

    await expectPaidOnce(refund.id);
    const books = (await booksOf(refund.id)).map(({ idempotency_key: key, status }) => [key, status]);
    const reference = await referenceOf(refund.id);
    expect(books).toEqual([
      [`${reference}-1`, 'declined'],
      [`${reference}-2`, 'declined'],
      [`${reference}-3`, 'succeeded'],
    ]);
    const tries = ['submit', 'fail', 'retry'];
    expect(await eventsOf(refund.id)).toEqual(['create', ...tries, ...tries, 'submit', 'settle']);
    expect(onlyOne((await jobs.of(order.id, 'refund.submit')).slice(2))).toMatchObject({ state: 'DONE' });
  });

  test('a new attempt that finds an earlier one paid after all settles it, and sends nothing', async () => {
    const { order, refund } = await shop.refundedOrder();
    await gateway.switchOn({ mode: 'decline', times: 1 });
    await start();
    await jobs.allEnded();
    const late = { reference: await referenceOf(refund.id), amount_minor: AMOUNT_MINOR, currency: 'INR' };
    await gateway.refund(late, 'by-telephone');
    await shop.change(order.id, { type: 'retry_refund', refundId: refund.id, reason: null });
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await booksOf(refund.id)).toHaveLength(2);
  });
});

describe('a refund that comes back days after it was paid', () => {
  async function cameBack(): Promise<{ orderId: number; refundId: number }> {
    const { order, refund } = await shop.refundedOrder();
    await start();
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    await database.pool.query(
      `UPDATE gateway.refunds SET status = 'declined', decline_code = 'account_closed' WHERE reference = $1`,
      [await referenceOf(refund.id)],
    );
    return { orderId: order.id, refundId: refund.id };
  }
  const asked = (orderId: number, refundId: number) =>
    database.pool.query(`INSERT INTO jobs (order_id, kind, subject_id) VALUES ($1, 'refund.inquire', $2)`, [
      orderId,
      refundId,
    ]);

  test('has failed once the gateway is asked, and sent again by a person it is paid under a new key', async () => {
    const { orderId, refundId } = await cameBack();
    await asked(orderId, refundId);
    await jobs.allEnded();
    expect(await read(refundId)).toMatchObject({ state: 'FAILED', failureCode: 'account_closed' });
    expect(await eventsOf(refundId)).toEqual([...ONCE, 'reverse']);
    await shop.change(orderId, { type: 'retry_refund', refundId, reason: null });
    await jobs.allEnded();
    await expectPaidOnce(refundId);
    expect((await booksOf(refundId)).map(({ status }) => status)).toEqual(['declined', 'succeeded']);
  });

  test('and was paid some other way by then stays paid, whatever the gateway says of the first', async () => {
    const { orderId, refundId } = await cameBack();
    await asked(orderId, refundId);
    await jobs.allEnded();
    await shop.change(orderId, { type: 'record_refund', refundId, reference: 'NEFT 12', reason: null });
    await asked(orderId, refundId);
    await jobs.allEnded();
    expect(await read(refundId)).toMatchObject({ state: 'SUCCEEDED', elsewhereReference: 'NEFT 12' });
  });

  test('stays paid as long as the gateway says that it is', async () => {
    const { order, refund } = await shop.refundedOrder();
    await start();
    await jobs.allEnded();
    await asked(order.id, refund.id);
    await jobs.allEnded();
    await expectPaidOnce(refund.id);
    expect(await eventsOf(refund.id)).toEqual(ONCE);
  });
});
