import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createBackend } from '../backend.ts';
import { requireDatabaseUrl } from '../database.ts';
import { doorNotice } from '../roles/door.ts';
import { startWeb } from '../roles/web.ts';
import { runUntilStopped, type StopRequest } from '../run-until-stopped.ts';
import { warnOfOldSeals } from '../sealed-secrets.ts';

/** One web in this process. */
export async function serveAlone(settings: Config, stopRequest: StopRequest): Promise<void> {
  const logger = createLogger(settings.logLevel);
  const databaseUrl = requireDatabaseUrl(settings);
  await migrate(databaseUrl, logger);
  const backend = createBackend(settings, databaseUrl, logger);
  await warnOfOldSeals(backend.pool, backend.secretBox, logger);
  const web = await startWeb(backend, settings.stopDelayMs);
  console.log(
    [...doorNotice(web, settings.publicUrl), `roundtrip web: ${web.url}, docs at ${web.url}/docs`].join('\n'),
  );
  await runUntilStopped(stopRequest, async () => {
    await web.stop();
    await backend.close();
  });
}
