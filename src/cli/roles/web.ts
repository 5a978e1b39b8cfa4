import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildApi } from '../../api/app.ts';
import type { ProcessReport } from '../../api/metrics/process-report.ts';
import { Identity } from '../../identity/identity.ts';
import { eInvoiceXml } from '../../invoices/einvoice/e-invoice.ts';
import { createWebhookReceiver } from '../../jobs/gateway-events.ts';
import { paperFileName, readPaperFile } from '../../invoices/files.ts';
import { gatewayNamesOf } from '../../payments/registry.ts';
import { createWebhookVerifier, type WebhookSecrets } from '../../payments/webhooks/verify.ts';
import type { Config } from '../../platform/config.ts';
import type { Backend } from '../backend.ts';
import { findDoor, makeSetupPath, type DoorState } from './door.ts';
import { listen } from './listen.ts';
import { within, type Role } from './role.ts';
import { readTlsCredentials, watchCertificate } from './tls.ts';

/** Longest wait for the requests in flight when stopping, the delay before it included. */
const STOP_PATIENCE_MS = 20_000;

/** What `npm run console:build` makes of console/. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

export interface Web extends Role, DoorState {}

export interface WebOptions {
  /** What the payment gateways' webhooks are known by; left out: what the configuration has. */
  readonly webhookSecrets?: WebhookSecrets;
  /**
   * For one of several processes behind one port: what all of them have to tell. The first account's link is then made
   * by the process that starts them.
   */
  readonly metricsOfAll?: (() => Promise<ProcessReport>) | undefined;
}

async function doorOf(identity: Identity, config: Config, isAlone: boolean): Promise<Omit<DoorState, 'url'>> {
  const door = await findDoor(identity, config);
  return { door, setupPath: isAlone ? await makeSetupPath(identity, door) : undefined };
}

/**
 * @param stopDelayMs how long it says on /ready that it stops, and takes requests yet, so that a proxy in front sends
 * them elsewhere before the port closes
 */
export async function startWeb(
  backend: Backend,
  stopDelayMs: number,
  { webhookSecrets = backend.config.payments.webhookSecrets, metricsOfAll }: WebOptions = {},
): Promise<Web> {
  const { config, engine, orders, pool, reads, logger, metrics, renderer } = backend;
  const { host, openMode } = config;
  const tls = config.tls && readTlsCredentials(config.tls);
  const isTls = tls !== undefined || (config.publicUrl?.startsWith('https:') ?? false);
  const identity = new Identity({
    databaseUrl: backend.databaseUrl,
    logger,
    box: backend.secretBox,
    host,
    openMode,
    rateLimitPerSecond: config.rateLimitPerSecond,
    isTls,
    tokenIssuer: config.tokenIssuer,
  });
  const { door, setupPath } = await doorOf(identity, config, metricsOfAll === undefined).catch(
    async (error: unknown) => {
      await identity.close();
      throw error;
    },
  );
  let accepting = true;
  // Loaded where there is a broker: its client takes memory.
  const { brokerUrl } = config;
  const broker =
    brokerUrl === undefined ? undefined : (await import('../../platform/rabbitmq.ts')).watchBroker(brokerUrl, logger);
  if (broker) metrics.watchBroker(() => broker.ready());
  const api = await buildApi({
    engine,
    identity,
    orders,
    pool,
    reads,
    logger,
    metrics,
    metricsOfAll,
    secretBox: backend.secretBox,
    webhookPolicy: backend.webhookPolicy,
    settings: config,
    consoleFolder: CONSOLE_FOLDER,
    oidc: config.oidc,
    load: config.load,
    trustedProxies: config.trustedProxies,
    tls,
    web: { corsOrigins: config.corsOrigins, isTls },
    accepting: () => accepting,
    brokerReady: broker && (() => broker.ready()),
    papers: {
      pdf: async (snapshot) =>
        (await readPaperFile(config.invoiceOutputDir, paperFileName(snapshot.number))) ?? renderer.render(snapshot),
      xml: eInvoiceXml,
    },
    paymentGateways: gatewayNamesOf(config.payments),
    paymentWebhooks: createWebhookReceiver({
      pool,
      verifier: createWebhookVerifier(webhookSecrets),
      logger,
      jobsReady: () => {
        backend.jobsReady();
      },
    }),
  });
  const url = await listen(api, { host, port: config.port, portSetting: 'PORT', isTls: tls !== undefined });
  const certificate = config.tls && watchCertificate(api.server, config.tls, { logger });
  return {
    url,
    door,
    setupPath,
    stop: async () => {
      accepting = false;
      certificate?.stop();
      await pause(stopDelayMs);
      await within(STOP_PATIENCE_MS - stopDelayMs, api.close());
      await broker?.close();
      await identity.close();
    },
  };
}
