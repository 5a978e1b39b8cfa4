import { beforeEach, describe, expect, test } from 'vitest';
import { useRefunding } from '../../../test/support/shop/refunding.ts';
import { exampleInvoicePolicy } from '../../domain/example-orders.ts';
import { Engine } from '../../engine/engine.ts';
import type { EngineRequest, Outcome } from '../../engine/request.ts';
import { OutcomeUnknown } from '../../platform/database/transaction.ts';
import type { RefundGateway } from '../../payments/payment-gateway.ts';
import { silentLogger } from '../../platform/logger.ts';
import { RetryLater } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';

const refunding = useRefunding();
const { database, shop, gateway, jobs, adapter, handler, read, eventsOf, booksOf, jobOf, expectPaidOnce } = refunding;

const ONCE = ['create', 'submit', 'settle'];

beforeEach(() => gateway.switchOff());

/** A refund whose job this test has taken, as a worker would. */
async function takenRefund(): Promise<{ orderId: number; refundId: number; job: RunningJob }> {
  const { order, refund } = await shop.refundedOrder();
  const { id } = await jobOf(order.id);
  return { orderId: order.id, refundId: refund.id, job: await jobs.take(id) };
}

/** What the relay does when a worker has died: the job goes to another, as a new run. */
async function takenOver({ job }: { job: RunningJob }): Promise<RunningJob> {
  await jobs.loseWorkerOf(job.id);
  return jobs.take(job.id);
}

/** The adapter of a worker that dies where the test says. */
const dying = {
  beforeTheCall: (): RefundGateway => ({ ...adapter(), refund: die }),
  afterTheCall: (): RefundGateway => ({
    ...adapter(),
    refund: async (request) => {
      await adapter().refund(request);
      return die();
    },
  }),
};

class Killed extends Error {
  override readonly name = 'Killed';
}

function die(): Promise<never> {
  return Promise.reject(new Killed('the worker was killed'));
}

describe('a worker that dies', () => {
  test('between the intent and the call: the next one asks, finds nothing and sends it', async () => {
    const taken = await takenRefund();
    await expect(handler({ gateway: dying.beforeTheCall() })(taken.job)).rejects.toThrow(Killed);
    expect((await read(taken.refundId)).state).toBe('SUBMITTED');
    expect(await booksOf(taken.refundId)).toEqual([]);

    expect(await handler()(await takenOver(taken))).toBe('settled');
    await expectPaidOnce(taken.refundId);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
  });

  test('between the call and its result: the next one asks, finds it, and sends nothing', async () => {
    const taken = await takenRefund();
    await expect(handler({ gateway: dying.afterTheCall() })(taken.job)).rejects.toThrow(Killed);
    expect((await read(taken.refundId)).state).toBe('SUBMITTED');

    const sendsNothing = { ...adapter(), refund: die };
    expect(await handler({ gateway: sendsNothing })(await takenOver(taken))).toBe('settled');
    await expectPaidOnce(taken.refundId);
    expect(await booksOf(taken.refundId)).toHaveLength(1);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
  });

  test('at every single run, eleven times over: the twelfth settles what was paid once', async () => {
    const taken = await takenRefund();
    let { job } = taken;
    for (let run = 1; run <= 11; run += 1) {
      const gatewayOfRun = run % 2 === 0 ? dying.afterTheCall() : dying.beforeTheCall();
      // From the third run on the gateway knows it, and what dies is the run that asks.
      const asking = run >= 3 ? { ...gatewayOfRun, findRefund: die } : gatewayOfRun;
      await expect(handler({ gateway: asking })(job)).rejects.toThrow(Killed);
      job = await takenOver({ job });
    }
    expect(job.attempt).toBe(12);
    expect(await handler()(job)).toBe('settled');
    await expectPaidOnce(taken.refundId);
    expect(await booksOf(taken.refundId)).toHaveLength(1);
  });

  test('is not missed: the worker that comes after it ends the job', async () => {
    const taken = await takenRefund();
    await expect(handler({ gateway: dying.afterTheCall() })(taken.job)).rejects.toThrow(Killed);
    await jobs.loseWorkerOf(taken.job.id);
    await refunding.start();
    await jobs.allEnded();
    await expectPaidOnce(taken.refundId);
    expect(await jobOf(taken.orderId)).toMatchObject({ state: 'DONE', attempts: 2, lastError: null });
  });

  test('and comes back to life after another has settled it: its own result changes nothing', async () => {
    const taken = await takenRefund();
    const { promise: resumed, resolve: resume } = Promise.withResolvers<undefined>();
    const stalled: RefundGateway = {
      ...adapter(),
      refund: async (request) => {
        const outcome = await adapter().refund(request);
        await resumed;
        return outcome;
      },
    };
    const first = handler({ gateway: stalled })(taken.job);
    await expect.poll(() => booksOf(taken.refundId), { timeout: 5_000 }).toHaveLength(1);
    expect(await handler()(await takenOver(taken))).toBe('settled');
    resume(undefined);
    expect(await first).toBe('nothing_to_do');
    await expectPaidOnce(taken.refundId);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
  });
});

describe('a database that goes away', () => {
  /** Loses what comes after the call: the settlement, before or after it is committed. */
  class BreakingEngine extends Engine {
    readonly #committed: boolean;

    constructor({ committed }: { readonly committed: boolean }) {
      super({ databaseUrl: database.url, invoicePolicy: exampleInvoicePolicy, logger: silentLogger });
      this.#committed = committed;
    }

    override async execute(request: EngineRequest): Promise<Outcome> {
      const settles = request.finishesJobId !== undefined;
      if (!settles) return super.execute(request);
      if (this.#committed) await super.execute(request);
      throw new OutcomeUnknown('the connection was lost while committing');
    }
  }

  test.each([
    ['before', false],
    ['after', true],
  ])('when the settlement is lost %s its commit, the refund is paid and settled once', async (_when, committed) => {
    const taken = await takenRefund();
    const engine = new BreakingEngine({ committed });
    await expect(handler({ engine })(taken.job)).rejects.toThrow(OutcomeUnknown);
    await engine.close();
    expect((await read(taken.refundId)).state).toBe(committed ? 'SUCCEEDED' : 'SUBMITTED');

    if (committed) expect(await handler()(taken.job)).toBe('nothing_to_do');
    else expect(await handler()(await takenOver(taken))).toBe('settled');
    await expectPaidOnce(taken.refundId);
    expect(await booksOf(taken.refundId)).toHaveLength(1);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
    expect((await jobOf(taken.orderId)).state).toBe('DONE');
  });
});

describe('several runs of one job at once', () => {
  test('from the start: one submits, the other steps back, and it is paid once', async () => {
    const taken = await takenRefund();
    const results = await Promise.allSettled([handler()(taken.job), handler()(taken.job)]);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RetryLater);
    }
    expect(results.filter(({ status }) => status === 'fulfilled')).not.toEqual([]);
    await expectPaidOnce(taken.refundId);
    expect(await booksOf(taken.refundId)).toHaveLength(1);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
    expect((await jobOf(taken.orderId)).state).toBe('DONE');
  });

  test('once it is submitted: eight ask at once, hear nothing, send it eight times, and it is paid once', async () => {
    const taken = await takenRefund();
    await shop.change(taken.orderId, { type: 'submit_refund', refundId: taken.refundId });
    let asked = 0;
    const { promise: allAsked, resolve } = Promise.withResolvers<undefined>();
    const together: RefundGateway = {
      ...adapter(),
      findRefund: async (request) => {
        const lookup = await adapter().findRefund(request);
        asked += 1;
        if (asked === 8) resolve(undefined);
        await allAsked;
        return lookup;
      },
    };
    const runs = await Promise.all(Array.from({ length: 8 }, () => handler({ gateway: together })(taken.job)));
    expect(runs.filter((result) => result === 'settled')).toHaveLength(1);
    expect(runs.filter((result) => result === 'nothing_to_do')).toHaveLength(7);
    await expectPaidOnce(taken.refundId);
    expect(await booksOf(taken.refundId)).toHaveLength(1);
    expect(await eventsOf(taken.refundId)).toEqual(ONCE);
  });

  test.each([
    ['SUCCEEDED', 'slow'],
    ['FAILED', 'decline'],
  ] as const)(
    'a run that finds the refund %s has nothing to do, and bothers the gateway with nothing',
    async (state, mode) => {
      const taken = await takenRefund();
      await gateway.switchOn({ mode, times: 1, delay_ms: 0 });
      expect(await handler()(taken.job)).toBe('settled');
      expect((await read(taken.refundId)).state).toBe(state);
      const unbothered: RefundGateway = { ...adapter(), refund: die, findRefund: die };
      expect(await handler({ gateway: unbothered })(taken.job)).toBe('nothing_to_do');
      expect((await read(taken.refundId)).state).toBe(state);
    },
  );

  test('a decline that arrives when a person has started the next attempt says nothing of that one', async () => {
    const taken = await takenRefund();
    const { promise: resumed, resolve: resume } = Promise.withResolvers<undefined>();
    const { promise: heard, resolve: hear } = Promise.withResolvers<undefined>();
    const late: RefundGateway = {
      ...adapter(),
      refund: async (request) => {
        const outcome = await adapter().refund(request);
        hear(undefined);
        await resumed;
        return outcome;
      },
    };
    await gateway.switchOn({ mode: 'decline', times: 1 });
    const first = handler({ gateway: late })(taken.job);
    await heard;
    expect(await handler()(await takenOver(taken))).toBe('settled');
    expect((await read(taken.refundId)).state).toBe('FAILED');
    await shop.change(
      taken.orderId,
      { type: 'retry_refund', refundId: taken.refundId, reason: null },
      { type: 'submit_refund', refundId: taken.refundId },
    );

    resume(undefined);
    expect(await first).toBe('nothing_to_do');
    expect(await read(taken.refundId)).toMatchObject({ state: 'SUBMITTED', attempt: 2, failureCode: null });
    const refused = await shop.execute({
      kind: 'change',
      target: { orderId: taken.orderId },
      command: { type: 'fail_refund', refundId: taken.refundId, attempt: 1, failureCode: 'x', failureMessage: 'x' },
    });
    expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'refund.attempt_superseded' } });

    await refunding.start();
    await jobs.allEnded();
    await expectPaidOnce(taken.refundId);
    expect(await eventsOf(taken.refundId)).toEqual(['create', 'submit', 'fail', 'retry', 'submit', 'settle']);
  });
});
