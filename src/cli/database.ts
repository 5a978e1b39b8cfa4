import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Config } from '../platform/config.ts';
import { connectOrExplain } from '../platform/database/first-connection.ts';
import { sqlState } from '../platform/database/postgres.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { StartError } from '../platform/start-error.ts';

/** What PostgreSQL answers to a role that was not granted what it asks for. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** @throws StartError without DATABASE_URL: a role that runs apart needs a database that the others share */
export function requireDatabaseUrl(config: Config): string {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  throw new StartError('DATABASE_URL is not set: a role that runs apart needs it; "roundtrip start" brings its own');
}

/**
 * The database that a command of a moment works on: DATABASE_URL's; or the embedded one, as it runs under another
 * Roundtrip on this machine, or started for as long as the command takes.
 *
 * @throws StartError when DATABASE_URL's cannot be reached
 */
export async function withDatabase<Result>(config: Config, use: (url: string) => Promise<Result>): Promise<Result> {
  if (config.databaseUrl !== undefined) {
    const client = await connectOrExplain(config.databaseUrl, 'roundtrip');
    await client.end();
    return use(config.databaseUrl);
  }
  const running = await runningEmbedded(config.dataDir);
  if (running !== undefined) return use(running);
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  try {
    return await use(postgres.databaseUrl);
  } finally {
    await postgres.stop();
  }
}

/**
 * Does what the role of web and workers may not.
 *
 * @throws StartError when whoever does it is not the owner of the tables
 */
export async function asOwner<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new StartError('only the owner of the tables may do this: set DATABASE_URL to theirs');
  }
}

async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const url = await readFile(join(dataDir, 'database-url'), 'utf8').catch(() => undefined);
  if (url === undefined) return undefined;
  const client = new pg.Client({ connectionString: url.trim(), connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    return url.trim();
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}
