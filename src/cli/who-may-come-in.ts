import { userInfo } from 'node:os';
import type { Pool } from 'pg';
import type { Database } from '../identity/people/people.ts';
import { SecurityLog, type SecurityEventName } from '../identity/security-log.ts';
import type { Config } from '../platform/config.ts';
import { createLogger, silentLogger } from '../platform/logger.ts';
import { migrate } from '../platform/database/migrate.ts';
import { createPool } from '../platform/database/postgres.ts';
import { withDatabase } from './database.ts';

/** For the commands about keys and people: a connection to the database, brought up to date. */
export async function withPool<Result>(config: Config, use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const logger = createLogger('warn');
  return withDatabase(config, async (databaseUrl) => {
    await migrate(databaseUrl, logger);
    const pool = createPool({ databaseUrl, applicationName: 'roundtrip identity', size: 1, logger });
    try {
      return await use(pool);
    } finally {
      await pool.end();
    }
  });
}

/**
 * Does a change, and puts it on record in the same transaction when something came of it.
 *
 * @param subject what was changed, as the record names it: `key:web shop`
 */
export async function onRecord<Result>(
  config: Config,
  event: SecurityEventName,
  subject: string,
  change: (database: Database, actor: string) => Promise<Result>,
): Promise<Result> {
  const actor = `shell:${userInfo().username}`;
  return withPool(config, (pool) =>
    new SecurityLog(pool, silentLogger).change(pool, async (client, record) => {
      const result = await change(client, actor);
      if (result !== undefined) record({ event, actor, detail: subject });
      return result;
    }),
  );
}
