import type { Config } from '../../platform/config.ts';
import { createLogger, type Logger } from '../../platform/logger.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createPool } from '../../platform/database/postgres.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { requireDatabaseUrl } from '../database.ts';
import { doorNotice, lookForDoor } from '../roles/door.ts';
import { runUntilStopped, type StopRequest } from '../run-until-stopped.ts';
import { warnOfOldSeals } from '../sealed-secrets.ts';
import { ServingProcesses } from './serving-processes.ts';

/** Does once what is to be done once, starts `count` processes that serve, and stays with them. */
export async function serveBySeveral(count: number, settings: Config, stopRequest: StopRequest): Promise<void> {
  const logger = createLogger(settings.logLevel);
  const databaseUrl = requireDatabaseUrl(settings);
  await migrate(databaseUrl, logger);
  const door = await lookForDoor(settings, databaseUrl);
  await lookAtSeals(settings, databaseUrl, logger);
  const processes = new ServingProcesses(count, logger);
  // Undefined: asked to stop before they are up.
  const url = await Promise.race([processes.start(), stopRequest.then(() => undefined)]);
  if (url !== undefined) {
    const announcement = `roundtrip web: ${url}, docs at ${url}/docs, by ${count} processes`;
    console.log([...doorNotice({ url, ...door }, settings.publicUrl), announcement].join('\n'));
  }
  await runUntilStopped(stopRequest, () => processes.stop(), processes.failed);
}

async function lookAtSeals({ encryptionKeys }: Config, databaseUrl: string, logger: Logger): Promise<void> {
  const pool = createPool({ databaseUrl, applicationName: 'roundtrip web', size: 1, logger });
  try {
    await warnOfOldSeals(pool, new SecretBox(encryptionKeys), logger);
  } finally {
    await pool.end();
  }
}
