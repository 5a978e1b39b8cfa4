import { expect } from 'vitest';
import { onlyOne } from '../../../src/domain/example-orders.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { JobHandler } from '../../../src/jobs/handler.ts';
import { inquireRefund } from '../../../src/jobs/handlers/inquire-refund.ts';
import { submitRefund } from '../../../src/jobs/handlers/submit-refund.ts';
import { createHttpGateway } from '../../../src/payments/http-gateway.ts';
import type { PaymentGateway, RefundGateway } from '../../../src/payments/payment-gateway.ts';
import { registryOf } from '../../../src/payments/registry.ts';
import type { JobView } from '../../../src/queries/jobs.ts';
import { readRefund, type RefundView } from '../../../src/queries/money/refunds.ts';
import { referenceOf } from './reference.ts';
import { useDatabase, type TestDatabase } from '../database.ts';
import { useEngine, type TestEngine } from '../engine.ts';
import { useGateway, type BookedJson, type TestGateway } from '../servers/gateway.ts';
import { useJobs, type TestJobs } from '../jobs.ts';

const GATEWAY_TIMEOUT_MS = 1_500;

export interface HandlerParts {
  readonly gateway?: RefundGateway;
  readonly engine?: Engine;
}

/** All that a refund passes through: engine, jobs, the real adapter, and the local gateway on a socket. */
export interface Refunding {
  readonly database: TestDatabase;
  readonly shop: TestEngine;
  readonly gateway: TestGateway;
  readonly jobs: TestJobs;
  readonly adapter: () => PaymentGateway;
  readonly handler: (parts?: HandlerParts) => JobHandler;
  /** What asks the gateway, and sends nothing. */
  readonly inquirer: (parts?: HandlerParts) => JobHandler;
  /** Starts relay and worker. */
  readonly start: () => Promise<void>;
  readonly read: (refundId: number) => Promise<RefundView>;
  /** What the audit trail says happened to it. */
  readonly eventsOf: (refundId: number) => Promise<string[]>;
  /** Our name for it at the gateway. */
  readonly referenceOf: (refundId: number) => Promise<string>;
  /** What the gateway has booked for it, oldest first. */
  readonly booksOf: (refundId: number) => Promise<BookedJson[]>;
  readonly jobOf: (orderId: number) => Promise<JobView>;
  /** One effect: the money moved once in the gateway's books, and ours say so with its reference. */
  readonly expectPaidOnce: (refundId: number) => Promise<void>;
}

/** Called at the top of a test file. */
export function useRefunding(): Refunding {
  const database = useDatabase();
  const shop = useEngine(database);
  const gateway = useGateway(database);
  const jobs = useJobs(database);

  const optionsOf = ({ gateway: replaced = refunding.adapter(), engine = shop.engine }: HandlerParts = {}) => ({
    engine,
    reads: database.pool,
    gateways: registryOf([{ ...refunding.adapter(), ...replaced }]),
  });
  const refunding: Refunding = {
    database,
    shop,
    gateway,
    jobs,
    adapter: () => createHttpGateway({ baseUrl: gateway.url, timeoutMs: GATEWAY_TIMEOUT_MS }),
    handler: (parts) => submitRefund(optionsOf(parts)),
    inquirer: (parts) => inquireRefund(optionsOf(parts)),
    start: () => jobs.start({ 'refund.submit': refunding.handler(), 'refund.inquire': refunding.inquirer() }),
    read: async (refundId) => {
      const refund = await readRefund(database.pool, refundId);
      if (!refund) throw new Error(`there is no refund ${refundId}`);
      return refund;
    },
    eventsOf: async (refundId) => {
      const { rows } = await database.pool.query<{ event: string }>(
        `SELECT event FROM state_transitions WHERE entity_type = 'refund' AND entity_id = $1 ORDER BY sequence`,
        [refundId],
      );
      return rows.map(({ event }) => event);
    },
    referenceOf: (refundId) => referenceOf(database.pool, 'refund', refundId),
    booksOf: async (refundId) => {
      const ours = await refunding.referenceOf(refundId);
      return (await gateway.books()).filter(({ reference }) => reference === ours);
    },
    jobOf: async (orderId) => onlyOne(await jobs.of(orderId, 'refund.submit')),
    expectPaidOnce: async (refundId) => {
      const paid = onlyOne((await refunding.booksOf(refundId)).filter(({ status }) => status === 'succeeded'));
      const { state, gatewayReference, failureCode, amountMinor, currency } = await refunding.read(refundId);
      expect({ state, gatewayReference, failureCode }).toEqual({
        state: 'SUCCEEDED',
        gatewayReference: paid.id,
        failureCode: null,
      });
      expect([paid.amount_minor, paid.currency]).toEqual([amountMinor, currency]);
    },
  };
  return refunding;
}
