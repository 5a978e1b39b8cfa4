import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePlace, runCommand, type Ended, type Place } from '../../../test/support/running-roundtrip.ts';
import { stripeStandIn } from '../../../test/support/providers/stripe.ts';
import { useRefunding } from '../../../test/support/shop/refunding.ts';
import { answering, useServers } from '../../../test/support/servers/test-servers.ts';
import type { OrderCommand } from '../../domain/commands.ts';
import type { RefundState } from '../../domain/lifecycles.ts';
import type { Refund } from '../../domain/orders/order.ts';
import { exampleInvoicePolicy } from '../../domain/example-orders.ts';
import { auditChains } from '../../engine/audit/audit.ts';
import { Engine } from '../../engine/engine.ts';
import type { EngineRequest, Outcome } from '../../engine/request.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import type { RefundDifference } from '../../payments/reconciliation/refunds.ts';
import { createStripeGateway } from '../../payments/stripe/gateway.ts';
import { silentLogger } from '../../platform/logger.ts';
import { connectPipelined } from '../../platform/database/postgres.ts';
import type { Compared } from './compared.ts';
import type { Reconciliation } from './reconcile.ts';
import { reconcileRefunds } from './reconcile-refunds.ts';

const refunding = useRefunding();
const { shop, gateway, database, jobs } = refunding;
const servers = useServers();
let place: Place;
beforeAll(async () => {
  place = await makePlace({ DATABASE_URL: database.url, PAYMENT_GATEWAY_BASE_URL: gateway.url });
});
afterAll(() => place.remove());

const report = (adapter: PaymentGateway = refunding.adapter()): Promise<Compared<RefundDifference>> =>
  reconcileRefunds({ pool: database.pool, gateway: adapter, engine: undefined, logger: silentLogger });
const repair = (): Promise<Compared<RefundDifference>> =>
  reconcileRefunds({ pool: database.pool, gateway: refunding.adapter(), engine: shop.engine, logger: silentLogger });
const command = (gatewayUrl: string, ...flags: string[]): Promise<Ended> =>
  runCommand(
    { ...place, environment: { ...place.environment, PAYMENT_GATEWAY_BASE_URL: gatewayUrl } },
    'reconcile',
    ...flags,
  );

/** Has the gateway pay, as if a worker had asked it to and died before it could write that down. */
async function paidAtTheGateway({ id, amountMinor, currency }: Refund, key?: string): Promise<string> {
  const body = { reference: await refunding.referenceOf(id), amount_minor: amountMinor, currency };
  const answer = await gateway.refund(body, key ?? `${body.reference}-1`);
  expect(answer.statusCode).toBe(201);
  return answer.json<{ id: string }>().id;
}

/** Everything that a reconciliation could have changed, as it is now. */
async function everything(): Promise<unknown> {
  const tables = ['orders', 'payments', 'refunds', 'state_transitions', 'jobs', 'gateway.refunds'];
  const dumps = tables.map((table) => database.pool.query(`SELECT * FROM ${table} ORDER BY id`));
  return (await Promise.all(dumps)).map(({ rows }) => rows as unknown[]);
}

/** The same of one order. */
async function everythingOf(orderId: number): Promise<unknown> {
  const tables = ['payments', 'refunds', 'state_transitions', 'jobs'];
  const dumps = tables.map((table) =>
    database.pool.query(`SELECT * FROM ${table} WHERE order_id = $1 ORDER BY id`, [orderId]),
  );
  const order = await database.pool.query('SELECT * FROM orders WHERE id = $1', [orderId]);
  return [order, ...(await Promise.all(dumps))].map(({ rows }) => rows as unknown[]);
}

async function transitionsOf(refundId: number): Promise<{ event: string; actor: string }[]> {
  const { rows } = await database.pool.query<{ event: string; actor: string }>(
    `SELECT event, actor FROM state_transitions WHERE entity_type = 'refund' AND entity_id = $1 ORDER BY sequence`,
    [refundId],
  );
  return rows;
}

async function expectCleanAudit(): Promise<void> {
  const client = await connectPipelined(database.url, 'roundtrip test audit');
  try {
    expect(await auditChains(client)).toMatchObject({ broken: undefined });
  } finally {
    await client.end();
  }
}

const submit = ({ id }: Refund): OrderCommand => ({ type: 'submit_refund', refundId: id });
const settle = ({ id }: Refund, gatewayReference: string): OrderCommand => ({
  type: 'settle_refund',
  refundId: id,
  gatewayReference,
});
const fail = ({ id }: Refund): OrderCommand => ({
  type: 'fail_refund',
  refundId: id,
  attempt: 1,
  failureCode: 'do_not_honour',
  failureMessage: 'Declined.',
});

describe('a refund that the gateway has paid without our knowing', () => {
  const cases: [RefundState, (refund: Refund) => OrderCommand[], before: string[], repairs: string[]][] = [
    ['PENDING', () => [], ['create'], ['submit', 'settle']],
    ['SUBMITTED', (refund) => [submit(refund)], ['create', 'submit'], ['settle']],
    ['FAILED', (refund) => [submit(refund), fail(refund)], ['create', 'submit', 'fail'], ['retry', 'submit', 'settle']],
  ];
  describe.each(cases)('and that is %s here', (state, commandsTo, before, repairs) => {
    async function prepared(): Promise<{ refund: Refund; gatewayReference: string }> {
      const { order, refund } = await shop.refundedOrder();
      const commands = commandsTo(refund);
      if (commands.length > 0) await shop.change(order.id, ...commands);
      return { refund, gatewayReference: await paidAtTheGateway(refund) };
    }

    test('is told of, and without --repair nothing is written', async () => {
      const { refund, gatewayReference } = await prepared();
      const untouched = await everything();
      const found = { kind: 'paid_but_open_here', refund: { id: refund.id, state }, theirs: { gatewayReference } };
      expect(await report()).toMatchObject({ repaired: [], open: [found] });
      expect(await everything()).toEqual(untouched);
      await repair();
    });

    test('is settled, on record, while nothing else moves', async () => {
      const { order: bystander } = await shop.refundedOrder();
      const { refund } = await prepared();
      const bystanderBefore = await everythingOf(bystander.id);

      const { repaired, open } = await repair();
      expect(repaired).toMatchObject([{ kind: 'paid_but_open_here', refund: { id: refund.id } }]);
      expect(open).toEqual([]);
      await refunding.expectPaidOnce(refund.id);
      expect(await transitionsOf(refund.id)).toEqual([
        ...before.map((event) => ({ event, actor: 'test' })),
        ...repairs.map((event) => ({ event, actor: 'reconcile' })),
      ]);
      expect(await everythingOf(bystander.id)).toEqual(bystanderBefore);
      await expectCleanAudit();
      expect(await report()).toMatchObject({ repaired: [], open: [] });
    });

    test('is settled once: the jobs that are left of it end as done, with no second payment', async () => {
      const { refund } = await prepared();
      await repair();
      await refunding.start();
      await jobs.allEnded();
      const { orderId } = await refunding.read(refund.id);
      const left = await jobs.of(orderId, 'refund.submit');
      expect(left.map((job) => job.state)).toEqual(left.map(() => 'DONE'));
      expect(left.length).toBeGreaterThan(0);
      await refunding.expectPaidOnce(refund.id);
    });
  });
});

describe('a refund that the gateway had paid, and that has failed there since', () => {
  test('is told of, and by --repair it has failed here too, on record, free to be sent again', async () => {
    const { order, refund } = await shop.refundedOrder();
    await shop.change(order.id, submit(refund));
    await shop.change(order.id, settle(refund, await paidAtTheGateway(refund)));
    await database.pool.query(
      `UPDATE gateway.refunds SET status = 'declined', decline_code = 'account_closed' WHERE reference = $1`,
      [await refunding.referenceOf(refund.id)],
    );
    const found = { kind: 'failed_there', refund: { id: refund.id, state: 'SUCCEEDED' } };
    expect(await report()).toMatchObject({ repaired: [], open: [found] });
    expect(await repair()).toMatchObject({ repaired: [found], open: [] });
    expect(await refunding.read(refund.id)).toMatchObject({ state: 'FAILED', failureCode: 'failed_at_gateway' });
    expect((await transitionsOf(refund.id)).at(-1)).toEqual({ event: 'reverse', actor: 'reconcile' });
    expect(await report()).toMatchObject({ repaired: [], open: [] });
    await shop.change(order.id, { type: 'retry_refund', refundId: refund.id, reason: null });
    await refunding.start();
    await jobs.allEnded();
    await refunding.expectPaidOnce(refund.id);
  });
});

describe('what changes while the books are read', () => {
  /** The real adapter; before it asks for the first page, `change` happens. */
  function readingWhile(change: () => Promise<void>): PaymentGateway {
    const adapter = refunding.adapter();
    return {
      ...adapter,
      listRefunds: async (page) => {
        if (page.after === null) await change();
        return adapter.listRefunds(page);
      },
    };
  }

  test('a refund that is paid and settled meanwhile is no difference', async () => {
    const { order, refund } = await shop.refundedOrder();
    const adapter = readingWhile(async () => {
      await shop.change(order.id, submit(refund));
      await shop.change(order.id, settle(refund, await paidAtTheGateway(refund)));
    });
    expect(await report(adapter)).toMatchObject({ open: [] });
  });

  test('a refund that is written, paid and settled meanwhile is no difference, and counted', async () => {
    const { ours, theirs } = await report();
    const adapter = readingWhile(async () => {
      const { order, refund } = await shop.refundedOrder();
      await shop.change(order.id, submit(refund), settle(refund, await paidAtTheGateway(refund)));
    });
    expect(await report(adapter)).toMatchObject({ ours: ours + 1, theirs: theirs + 1, open: [] });
  });

  test('a refund that a worker settles while it is being repaired counts as repaired, and is paid once', async () => {
    const { order, refund } = await shop.refundedOrder();
    await shop.change(order.id, submit(refund));
    const gatewayReference = await paidAtTheGateway(refund);
    class LateEngine extends Engine {
      override async execute(request: EngineRequest): Promise<Outcome> {
        await shop.change(order.id, settle(refund, gatewayReference));
        return super.execute(request);
      }
    }
    const engine = new LateEngine({
      databaseUrl: database.url,
      invoicePolicy: exampleInvoicePolicy,
      logger: silentLogger,
    });
    const result = await reconcileRefunds({
      pool: database.pool,
      gateway: refunding.adapter(),
      engine,
      logger: silentLogger,
    });
    await engine.close();
    expect(result).toMatchObject({ repaired: [{ refund: { id: refund.id } }], open: [] });
    await refunding.expectPaidOnce(refund.id);
  });
});

describe('the command', () => {
  test('with books that agree ends with 0 and says how many refunds there are', async () => {
    const { ours, theirs } = await report();
    expect(await command(gateway.url)).toMatchObject({
      code: 0,
      stdout:
        'local: 0 payments here, 0 at the gateway: 0 repaired, 0 differ\n' +
        `local: ${ours} refunds here, ${theirs} at the gateway: 0 repaired, 0 differ\n`,
    });
  });

  test('compares with every gateway that is configured, also when one of them is away', async () => {
    const stripe = stripeStandIn();
    const baseUrl = await servers.httpServer(stripe.standIn.listener);
    await createStripeGateway({ secretKey: 'sk_test_canary', baseUrl }).authorise({
      reference: 'payment-900000001',
      amountMinor: 3_050,
      currency: 'INR',
      requestedAt: new Date(),
      idempotencyKey: 'lost',
      paymentToken: 'pm_card_visa',
      capture: true,
    });
    const withStripe = {
      ...place,
      environment: { ...place.environment, STRIPE_SECRET_KEY: 'sk_test_canary', STRIPE_BASE_URL: baseUrl },
    };
    const lost = 'the gateway has captured payment-900000001 (pi_1), which is no payment here';
    const all = await runCommand(withStripe, 'reconcile');
    expect(all.code).toBe(1);
    expect(all.stdout).toContain('local: 0 payments here');
    expect(all.stdout).toContain(`stripe: 0 payments here, 1 at the gateway: 0 repaired, 1 differ\nDIFFERS: ${lost}\n`);
    expect((await runCommand(withStripe, 'reconcile', '--gateway', 'local')).code).toBe(0);

    const environment = { ...withStripe.environment, PAYMENT_GATEWAY_BASE_URL: await servers.nobody() };
    const withoutLocal = await runCommand({ ...withStripe, environment }, 'reconcile');
    expect(withoutLocal.code).toBe(1);
    expect(withoutLocal.stdout).toContain(`DIFFERS: ${lost}\n`);
    expect(withoutLocal.stderr).toMatch(/^roundtrip: local: the gateway does not give its books/);
  });

  test('ends with 1 while something differs, and with 0 once --repair has settled it', async () => {
    const { refund } = await shop.refundedOrder();
    await paidAtTheGateway(refund);
    const found = `refund ${refund.id} is PENDING here, and paid at the gateway`;
    const told = await command(gateway.url);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain(`DIFFERS: ${found}\n`);
    const repaired = await command(gateway.url, '--repair');
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toContain(`repaired: ${found}\n`);
    await refunding.expectPaidOnce(refund.id);
  });

  test('of a gateway that is away, or gives no books, says so in one line and ends with 1', async () => {
    const nobody = await servers.nobody();
    const broken = await servers.httpServer(answering(500, { code: 'service.error' }));
    for (const url of [nobody, broken]) {
      const { code, stdout, stderr } = await command(url, '--repair');
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        /^roundtrip: local: the gateway does not give its books \(.*\): is it up, and the address right\?\n$/,
      );
    }
  });
});

// Last, because nothing mends these.
test('what only a person can settle is told of, all of it, and --repair changes nothing', async () => {
  const missing = await shop.refundedOrder();
  await shop.change(missing.order.id, submit(missing.refund), settle(missing.refund, 'rf_of_nobody'));
  const otherwise = await shop.refundedOrder();
  await paidAtTheGateway({ ...otherwise.refund, amountMinor: otherwise.refund.amountMinor + 1 });
  const twice = await shop.refundedOrder();
  await paidAtTheGateway(twice.refund, 'first');
  await paidAtTheGateway(twice.refund, 'second');
  const strangers = 230;
  await database.pool.query(
    `INSERT INTO gateway.refunds (id, idempotency_key, reference, amount_minor, currency, status)
     SELECT 'rf_' || n, 'stranger-' || n, 'refund-90000000' || n, 1, 'INR', 'succeeded' FROM generate_series(1, $1::int) AS n`,
    [strangers],
  );

  const untouched = await everything();
  const { code, stdout } = await command(gateway.url, '--repair', '--json');
  const { repaired, open } = (JSON.parse(stdout) as { local: Reconciliation }).local.refunds;
  expect(code).toBe(1);
  expect(repaired).toEqual([]);
  const byKind = Map.groupBy(open, ({ kind }) => kind);
  expect(byKind.get('not_at_the_gateway')).toMatchObject([{ refund: { id: missing.refund.id } }]);
  expect(byKind.get('amounts_differ')).toMatchObject([{ refund: { id: otherwise.refund.id } }]);
  expect(byKind.get('paid_twice')).toMatchObject([{ refund: { id: twice.refund.id }, theirs: [{}, {}] }]);
  // More than two pages of them.
  expect(byKind.get('unknown_here')).toHaveLength(strangers);
  expect(open).toHaveLength(strangers + 3);
  expect(await everything()).toEqual(untouched);
  await expectCleanAudit();
});
