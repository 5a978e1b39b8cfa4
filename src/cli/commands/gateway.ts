import { Command } from 'commander';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { requireDatabaseUrl } from '../database.ts';
import { startGateway } from '../roles/gateway.ts';
import { listenForStop, runUntilStopped } from '../run-until-stopped.ts';

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
