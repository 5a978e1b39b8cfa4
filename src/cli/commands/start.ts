import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import type { Config } from '../../platform/config.ts';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { createLogger, type Logger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createBackend } from '../backend.ts';
import { doorNotice } from '../roles/door.ts';
import { startGateway } from '../roles/gateway.ts';
import { startWeb, type Web } from '../roles/web.ts';
import { startWorker } from '../roles/worker.ts';
import { listenForStop, runUntilStopped } from '../run-until-stopped.ts';
import { loadSampleShop } from '../sample-shop.ts';
import { warnOfOldSeals } from '../sealed-secrets.ts';

export function startCommand(config: () => Config): Command {
  return new Command('start')
    .description('start everything: database, web, worker and local payment gateway in one process tree')
    .option('--no-sample', 'leave an empty embedded database empty, instead of loading a sample shop')
    .action(async ({ sample }: { sample: boolean }) => {
      await start(config(), sample);
    });
}

/** Undone in the opposite order: what was started last is stopped first. */
type Undo = () => Promise<void>;

async function start(config: Config, wantsSample: boolean): Promise<void> {
  const stopRequest = listenForStop();
  // A line for each request would carry the addresses out of a person's sight.
  const logger = createLogger(config.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info'));
  const undos: Undo[] = [];
  const stopAll = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  try {
    const { databaseUrl, failed } = await openDatabase(config, logger, undos);
    await migrate(databaseUrl, logger);

    const backend = createBackend(config, databaseUrl, logger);
    undos.push(() => backend.close());
    await warnOfOldSeals(backend.pool, backend.secretBox, logger);
    // Both ends of these webhooks are in this process: without a secret in the configuration, nobody else need know one.
    const { webhookSecrets: secrets, localWebhookUrl } = config.payments;
    const webhookSecrets = { ...secrets, local: secrets.local ?? randomBytes(32).toString('hex') };
    let webhookUrl = localWebhookUrl;
    const webhooks = { url: () => webhookUrl, secret: webhookSecrets.local };
    const gateway =
      config.paymentGatewayBaseUrl === undefined
        ? await startGateway(config, databaseUrl, logger, webhooks)
        : undefined;
    if (gateway) undos.push(() => gateway.stop());
    const worker = await startWorker(backend, config.paymentGatewayBaseUrl ?? gateway?.url ?? '');
    undos.push(() => worker.stop());
    // Nobody stands in front of it who would have to be told first.
    const web = await startWeb(backend, 0, { webhookSecrets });
    // A certificate is for the name that others come by, not for this address: the worker asks the gateway as it is.
    if (!config.tls) webhookUrl ??= `${web.url}/v1/webhooks/local`;
    undos.push(() => web.stop());

    const sampleOrders = wantsSample && config.databaseUrl === undefined ? await loadSampleShop(backend) : 0;
    announce(config, web, gateway?.url, databaseUrl, sampleOrders);
    await runUntilStopped(stopRequest, stopAll, failed);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function openDatabase(
  config: Config,
  logger: Logger,
  undos: Undo[],
): Promise<{ databaseUrl: string; failed: Promise<string> | undefined }> {
  if (config.databaseUrl !== undefined) return { databaseUrl: config.databaseUrl, failed: undefined };
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, logger, onUnexpectedExit: fail });
  undos.push(() => postgres.stop());
  return { databaseUrl: postgres.databaseUrl, failed };
}

function announce(
  config: Config,
  web: Web,
  gatewayUrl: string | undefined,
  databaseUrl: string,
  sampleOrders: number,
): void {
  const lines = [
    ['Console', `${web.url}/console`],
    ['API', `${web.url}/v1/orders`],
    ['API docs', `${web.url}/docs`],
    ['Metrics', `${web.url}/metrics`],
    ...(gatewayUrl === undefined
      ? [['Gateway', config.paymentGatewayBaseUrl ?? '']]
      : [['Gateway docs', `${gatewayUrl}/docs`]]),
    ['Database', withoutPassword(databaseUrl)],
    ['Invoices', config.invoiceOutputDir],
    ['E-mail', config.smtpUrl === undefined ? config.mailOutputDir : withoutPassword(config.smtpUrl)],
  ];
  const sample = sampleOrders > 0 ? [`A sample shop of ${sampleOrders} orders was loaded.`] : [];
  const table = lines.map(([name, value]) => `  ${(name ?? '').padEnd(13)} ${value ?? ''}`);
  console.log(
    [
      '',
      'Roundtrip is up.',
      '',
      ...table,
      '',
      ...doorNotice(web, config.publicUrl),
      ...sample,
      'Ctrl-C stops it.',
      '',
    ].join('\n'),
  );
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password) url.password = '***';
  return url.href;
}
