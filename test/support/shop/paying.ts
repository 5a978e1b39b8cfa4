import { onlyOne } from '../../../src/domain/example-orders.ts';
import type { PaymentGatewayName } from '../../../src/domain/payments/payment-gateways.ts';
import type { Payment } from '../../../src/domain/orders/order.ts';
import type { JobHandler } from '../../../src/jobs/handler.ts';
import { movePayment } from '../../../src/jobs/handlers/move-payment.ts';
import { createHttpGateway } from '../../../src/payments/http-gateway.ts';
import type { PaymentGateway } from '../../../src/payments/payment-gateway.ts';
import type { JobView } from '../../../src/queries/jobs.ts';
import { readPayment, type PaymentView } from '../../../src/queries/money/payments.ts';
import { referenceOf } from './reference.ts';
import { useDatabase, type TestDatabase } from '../database.ts';
import { useEngine, type TestEngine } from '../engine.ts';
import { useGateway, type TestGateway } from '../servers/gateway.ts';
import { useJobs, type TestJobs } from '../jobs.ts';

const GATEWAY_TIMEOUT_MS = 1_500;

type Step = 'authorise' | 'capture' | 'void';

/** A payment in the local gateway's books. */
interface BookedPaymentRow {
  readonly id: string;
  readonly amount_minor: number;
  readonly captured_minor: number;
  readonly status: string;
}

export interface NewPaymentFacts {
  readonly amountMinor?: number;
  readonly captures?: boolean;
  readonly gateway?: PaymentGatewayName;
  readonly token?: string;
}

/** All that a payment passes through: engine, jobs, the real adapter, and the local gateway on a socket. */
export interface Paying {
  readonly database: TestDatabase;
  readonly shop: TestEngine;
  readonly gateway: TestGateway;
  readonly jobs: TestJobs;
  readonly adapter: () => PaymentGateway;
  readonly handler: (step: Step, gateway?: PaymentGateway) => JobHandler;
  /** Starts relay and worker; `gateway` takes the adapter's place. */
  readonly start: (gateway?: PaymentGateway) => Promise<void>;
  /** An order of 3,050 that waits, and a payment of it that was just asked for. */
  readonly initiated: (facts?: NewPaymentFacts) => Promise<Initiated>;
  /** The same, authorised by the local gateway. */
  readonly authorised: (facts?: NewPaymentFacts) => Promise<Initiated>;
  readonly read: (paymentId: number) => Promise<PaymentView>;
  /** What the audit trail says happened to it. */
  readonly eventsOf: (paymentId: number) => Promise<string[]>;
  /** Our name for it at the gateway. */
  readonly referenceOf: (paymentId: number) => Promise<string>;
  /** What the gateway has booked for it, oldest first. */
  readonly booksOf: (paymentId: number) => Promise<BookedPaymentRow[]>;
  /** The newest job of a step of the order's payments. */
  readonly jobOf: (orderId: number, step: Step) => Promise<JobView>;
  /** As if the payment had waited for so long. */
  readonly aged: (paymentId: number, hours: number) => Promise<void>;
}

export interface Initiated {
  readonly orderId: number;
  readonly paymentId: number;
}

/** Called at the top of a test file. */
export function usePaying(): Paying {
  const database = useDatabase();
  const shop = useEngine(database);
  const gateway = useGateway(database);
  const jobs = useJobs(database);

  const paying: Paying = {
    database,
    shop,
    gateway,
    jobs,
    adapter: () => createHttpGateway({ baseUrl: gateway.url, timeoutMs: GATEWAY_TIMEOUT_MS }),
    handler: (step, replaced = paying.adapter()) =>
      movePayment(step, { engine: shop.engine, reads: database.pool, gatewayOf: () => replaced }),
    start: (replaced) =>
      jobs.start({
        'payment.authorise': paying.handler('authorise', replaced),
        'payment.capture': paying.handler('capture', replaced),
        'payment.void': paying.handler('void', replaced),
      }),
    initiated: async ({ amountMinor = 3_050, captures = false, gateway: name = 'local', token = 'token' } = {}) => {
      const { id } = await shop.place();
      const order = await shop.change(id, {
        type: 'initiate_payment',
        amountMinor,
        currency: null,
        method: 'card',
        gateway: name,
        token,
        captures,
      });
      return { orderId: id, paymentId: onlyOne<Payment>(order.payments).id };
    },
    authorised: async (facts) => {
      const made = await paying.initiated(facts);
      const job = await jobs.take((await paying.jobOf(made.orderId, 'authorise')).id);
      await paying.handler('authorise')(job);
      return made;
    },
    read: async (paymentId) => {
      const payment = await readPayment(database.pool, paymentId);
      if (!payment) throw new Error(`there is no payment ${paymentId}`);
      return payment;
    },
    eventsOf: async (paymentId) => {
      const { rows } = await database.pool.query<{ event: string }>(
        `SELECT event FROM state_transitions WHERE entity_type = 'payment' AND entity_id = $1 ORDER BY sequence`,
        [paymentId],
      );
      return rows.map(({ event }) => event);
    },
    referenceOf: (paymentId) => referenceOf(database.pool, 'payment', paymentId),
    booksOf: async (paymentId) => {
      const { rows } = await database.pool.query<BookedPaymentRow>(
        `SELECT id, amount_minor, captured_minor, status FROM gateway.payments WHERE reference = $1 ORDER BY sequence`,
        [await paying.referenceOf(paymentId)],
      );
      return rows;
    },
    jobOf: async (orderId, step) => {
      const job = (await jobs.of(orderId, `payment.${step}`)).at(-1);
      if (!job) throw new Error(`order ${orderId} has no job that would ${step}`);
      return job;
    },
    aged: async (paymentId, hours) => {
      await database.pool.query(`UPDATE payments SET updated_at = now() - make_interval(hours => $2) WHERE id = $1`, [
        paymentId,
        hours,
      ]);
    },
  };
  return paying;
}
