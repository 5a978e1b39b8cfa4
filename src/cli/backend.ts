import type { Pool } from 'pg';
import { Metrics } from '../api/metrics.ts';
import { Engine, type EngineObserver } from '../engine/engine.ts';
import { createPaperRenderer, type PaperRenderer } from '../invoices/pdf/renderer.ts';
import { readSigningKey } from '../invoices/signing-key.ts';
import { gatewayNamesOf } from '../payments/registry.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { PipelinedReads } from '../platform/database/pipelined-reads.ts';
import { createPool } from '../platform/database/postgres.ts';
import { SecretBox } from '../platform/secrets/secret-box.ts';
import { invoicePolicyOf } from './invoice-policy.ts';
import { OrderReader } from '../queries/orders/order-reader.ts';
import { AddressPolicy } from '../webhooks/address-policy.ts';

/** What web and worker stand on; in one process they share it. */
export interface Backend {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly pool: Pool;
  readonly reads: PipelinedReads;
  readonly engine: Engine;
  readonly orders: OrderReader;
  readonly renderer: PaperRenderer;
  /** Seals secrets in the database. */
  readonly secretBox: SecretBox;
  /** Where webhooks may go. */
  readonly webhookPolicy: AddressPolicy;
  /** Calls back whenever jobs were committed in this process. */
  onJobsReady(listener: () => void): void;
  /** Says that jobs were committed past the engine. */
  jobsReady(): void;
  close(): Promise<void>;
}

const RENDERING_THREADS = 1;
/** A web is one core's work: two keep its reads going, and more take turns on the cores with it, each at its own time. */
const READING_CONNECTIONS = { connections: 2, mostConnections: 8 };

export function createBackend(config: Config, databaseUrl: string, logger: Logger): Backend {
  const signingKey =
    config.invoiceSigningKey === undefined ? {} : { signingKey: readSigningKey(config.invoiceSigningKey) };
  const metrics = new Metrics();
  const listeners: (() => void)[] = [];
  const jobsReady = () => {
    for (const listener of listeners) listener();
  };
  const observer: EngineObserver = {
    batch: (commands) => {
      metrics.batch(commands);
    },
    transition: (entity, state) => {
      metrics.transition(entity, state);
    },
    jobsReady,
  };
  const { shippingRefund, overpayment, currency, refundApprovalAboveMinor } = config;
  const engine = new Engine({
    databaseUrl,
    logger,
    observer,
    moneyPolicy: { shippingRefund, overpayment, currency, refundApprovalAboveMinor },
    invoicePolicy: invoicePolicyOf(config),
  });
  const pool = createPool({ databaseUrl, applicationName: 'roundtrip', size: config.databasePoolSize, logger });
  const reads = new PipelinedReads({
    databaseUrl,
    applicationName: 'roundtrip reads',
    ...READING_CONNECTIONS,
  });
  const orders = new OrderReader(databaseUrl);
  const renderer = createPaperRenderer({ threads: RENDERING_THREADS, ...signingKey });
  metrics.watchQueue(() => engine.queued);
  metrics.watchPool(pool, gatewayNamesOf(config.payments));
  return {
    config,
    databaseUrl,
    logger,
    metrics,
    pool,
    reads,
    engine,
    orders,
    renderer,
    secretBox: new SecretBox(config.encryptionKeys),
    webhookPolicy: new AddressPolicy(config.webhookAllowedNetworks),
    jobsReady,
    onJobsReady: (listener) => listeners.push(listener),
    close: async () => {
      await engine.close();
      await Promise.all([orders.close(), reads.close(), renderer.close(), pool.end()]);
    },
  };
}
