import { Command } from 'commander';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { StartError } from '../../platform/start-error.ts';
import { createBackend } from '../backend.ts';
import { requireDatabaseUrl } from '../database.ts';
import { startMetricsPage } from '../roles/metrics-page.ts';
import { startWorker } from '../roles/worker.ts';
import { listenForStop, runUntilStopped } from '../run-until-stopped.ts';

export function workerCommand(config: () => Config): Command {
  return new Command('worker')
    .description('run jobs alone; needs DATABASE_URL and PAYMENT_GATEWAY_BASE_URL')
    .action(async () => {
      const stopRequest = listenForStop();
      const settings = config();
      const gatewayUrl = settings.paymentGatewayBaseUrl;
      if (gatewayUrl === undefined) {
        throw new StartError('PAYMENT_GATEWAY_BASE_URL is not set: a worker that runs apart needs it');
      }
      const logger = createLogger(settings.logLevel);
      const databaseUrl = requireDatabaseUrl(settings);
      await migrate(databaseUrl, logger);
      const backend = createBackend(settings, databaseUrl, logger);
      const worker = await startWorker(backend, gatewayUrl);
      const page = await startMetricsPage(settings, backend.metrics);
      console.log(`roundtrip worker: waiting for jobs${page ? `, metrics at ${page.url}/metrics` : ''}`);
      await runUntilStopped(stopRequest, async () => {
        await worker.stop();
        await page?.stop();
        await backend.close();
      });
    });
}
