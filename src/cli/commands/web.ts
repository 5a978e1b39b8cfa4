import cluster from 'node:cluster';
import { Command, InvalidArgumentError } from 'commander';
import type { Config } from '../../platform/config.ts';
import { MOST_WEB_PROCESSES } from '../../platform/settings/table.ts';
import { listenForStop } from '../run-until-stopped.ts';

export function webCommand(config: () => Config): Command {
  return new Command('web')
    .description('serve the API alone; needs DATABASE_URL')
    .option('--processes <count>', 'how many processes serve it behind one port (default: WEB_PROCESSES)', processCount)
    .action(async ({ processes }: { processes?: number }) => {
      if (cluster.worker) {
        const { serveAsOneOfSeveral } = await import('../web-processes/serving-process.ts');
        await serveAsOneOfSeveral(cluster.worker, config);
        return;
      }
      const stopRequest = listenForStop();
      const settings = config();
      const count = processes ?? settings.webProcesses;
      // The process that starts several serves nothing itself, and does not load what serves.
      if (count > 1) {
        const { serveBySeveral } = await import('../web-processes/serve-by-several.ts');
        await serveBySeveral(count, settings, stopRequest);
      } else {
        const { serveAlone } = await import('../web-processes/serve-alone.ts');
        await serveAlone(settings, stopRequest);
      }
    });
}

function processCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MOST_WEB_PROCESSES) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_WEB_PROCESSES}.`);
  }
  return count;
}
