import { Command } from 'commander';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/migrate.ts';
import { StartError } from '../../platform/start-error.ts';
import { createBackend } from '../backend.ts';
import { requireDatabaseUrl } from '../database.ts';
import { doorNotice } from '../roles/door.ts';
import { startGateway } from '../roles/gateway.ts';
import { startMetricsPage } from '../roles/metrics-page.ts';
import { startWeb } from '../roles/web.ts';
import { startWorker } from '../roles/worker.ts';
import { listenForStop, runUntilStopped } from '../run-until-stopped.ts';

export function webCommand(config: () => Config): Command {
  return new Command('web').description('serve the API alone; needs DATABASE_URL').action(async () => {
    const stopRequest = listenForStop();
    const settings = config();
    const logger = createLogger(settings.logLevel);
    const databaseUrl = requireDatabaseUrl(settings);
    await migrate(databaseUrl, logger);
    const backend = createBackend(settings, databaseUrl, logger);
    const web = await startWeb(backend, settings.stopDelayMs);
    console.log(
      [...doorNotice(web, settings.publicUrl), `roundtrip web: ${web.url}, docs at ${web.url}/docs`].join('\n'),
    );
    await runUntilStopped(stopRequest, async () => {
      await web.stop();
      await backend.close();
    });
  });
}

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

export function gatewayCommand(config: () => Config): Command {
  return new Command('gateway')
    .description('serve the local payment gateway alone; needs DATABASE_URL')
    .action(async () => {
      const stopRequest = listenForStop();
      const settings = config();
      const logger = createLogger(settings.logLevel);
      const databaseUrl = requireDatabaseUrl(settings);
      await migrate(databaseUrl, logger);
      const gateway = await startGateway(settings, databaseUrl, logger);
      console.log(`roundtrip gateway: ${gateway.url}, docs at ${gateway.url}/docs`);
      await runUntilStopped(stopRequest, () => gateway.stop());
    });
}
