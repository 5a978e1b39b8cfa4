import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { silentLogger, type Logger } from '../logger.ts';
import { connectOrExplain } from './first-connection.ts';
import { loadMigrations } from './migration-files.ts';
import { sqlState } from './postgres.ts';
import { StartError } from '../start-error.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));
const MIGRATIONS_TABLE = 'schema_migrations';
const MIGRATION_FILE = /^(\d{4}-[a-z0-9-]+)\.sql$/;
/** node-pg-migrate takes what it is to pass over; all but the files above. */
const IGNORED_FILES = String.raw`(?!\d{4}-[a-z0-9-]+\.sql$).*`;

/** Known to all versions of Roundtrip, so that only one of them migrates a database at a time. */
export const MIGRATION_LOCK_KEY = 7_305_126_449;
const TURN_PATIENCE_MS = 300_000;
const TURN_POLL_INTERVAL_MS = 100;
/** While a migration waits for a table, everybody else waits behind it: it gives up soon, and tries again later. */
const LOCK_TIMEOUT_MS = 1_000;
/** For an index that is made beside its writers: it waits for old transactions to end, and nobody waits behind it. */
const UNHURRIED_LOCK_TIMEOUT_MS = 300_000;
/** Of one file. */
const MAX_ATTEMPTS = 30;
const ATTEMPT_PAUSE_MS = 1_000;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';
/** What passes by itself, once others have gone on. */
const RETRIED: ReadonlySet<string> = new Set([LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED]);

/**
 * Applies the migrations that the database does not have yet, in the order of their numbers. Each is a transaction of
 * its own, so that none holds a lock while another one works; a run that is cut short is continued by the next with the
 * file that it had come to. Others that migrate the same database at the same time are waited for.
 *
 * @returns the names of those applied now, such as `0001-orders`
 * @throws StartError when the database cannot be reached, was migrated by a newer Roundtrip, or stays locked
 */
export async function migrate(
  databaseUrl: string,
  logger: Logger = silentLogger,
  folder: string = MIGRATIONS_FOLDER,
): Promise<readonly string[]> {
  const known = await migrationNames(folder);
  const client = await connectOrExplain(databaseUrl, 'roundtrip migrate');
  try {
    // Most starts find nothing to apply, and take no lock: a pooler that deals connections out by the transaction would
    // give it back on another one, and a server that only reads refuses it.
    if ((await pendingNames(client, known)).length === 0) return [];
    await takeTurn(client);
    const pending = await pendingNames(client, known);
    if (pending.length === 0) return [];

    await refuseWithoutRight(client, pending);
    for (const name of pending) await apply(client, name, folder, logger);
    logger.info({ migrations: pending }, 'the database was migrated');
    return pending;
  } finally {
    // Gives the advisory lock back as well.
    await client.end().catch(() => undefined);
  }
}

async function migrationNames(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).flatMap((file) => MIGRATION_FILE.exec(file)?.[1] ?? []);
  return names.toSorted();
}

/**
 * Asks again and again, since a statement that waits for the lock is one that the holder waits for while it makes an
 * index CONCURRENTLY.
 */
async function takeTurn(client: pg.Client): Promise<void> {
  const deadline = performance.now() + TURN_PATIENCE_MS;
  while (performance.now() < deadline) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      MIGRATION_LOCK_KEY,
    ]);
    if (rows[0]?.taken) return;
    await delay(TURN_POLL_INTERVAL_MS);
  }
  throw new StartError('another Roundtrip has been migrating this database for 5 minutes: see what holds it up');
}

async function appliedNames(client: pg.Client): Promise<readonly string[]> {
  const table = `public.${MIGRATIONS_TABLE}`;
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  if (!rows[0]?.found) return [];
  const applied = await client.query<{ name: string }>(`SELECT name FROM ${table}`);
  return applied.rows.map(({ name }) => name);
}

/** Of those that this version knows, in their order. */
async function pendingNames(client: pg.Client, known: readonly string[]): Promise<readonly string[]> {
  const applied = await appliedNames(client);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new StartError(
      `the database was migrated by a newer Roundtrip (${unknown.join(', ')}): ` +
        'start that version, or set DATABASE_URL to another database',
    );
  }
  return known.filter((name) => !applied.includes(name));
}

/** The role that web and workers have may not migrate: somebody who may has to come first. */
async function refuseWithoutRight(client: pg.Client, pending: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT has_schema_privilege('public', 'CREATE') AND has_database_privilege(current_database(), 'CREATE') AS may",
  );
  if (rows[0]?.may) return;
  throw new StartError(
    `this database role may not migrate, and ${pending.join(', ')} is to be applied: ` +
      'run "roundtrip migrate --app-role ROLE" as the owner of the database first',
  );
}

/** Applies one that is the next. */
async function apply(client: pg.Client, name: string, folder: string, logger: Logger): Promise<void> {
  // Loaded here because it takes its time, and most starts find nothing to apply.
  const { runner } = await import('node-pg-migrate');
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    try {
      // Given back by each file: one that makes an index beside its writers is given longer.
      await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await runner({
        dbClient: client,
        dir: folder,
        ignorePattern: IGNORED_FILES,
        migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadUnhurried }],
        migrationsTable: MIGRATIONS_TABLE,
        direction: 'up',
        file: name,
        singleTransaction: false,
        noLock: true,
        logger: plainLogger(logger),
      });
      return;
    } catch (error) {
      // The library leaves the transaction of a file that failed open, with what it has locked.
      await client.query('ROLLBACK').catch(() => undefined);
      if (!RETRIED.has(sqlState(error) ?? '')) throw error;
      await delay(ATTEMPT_PAUSE_MS);
    }
  }
  throw new StartError(`the database is too busy for ${name}: end long transactions and start again`);
}

function loadUnhurried(paths: string[]): ReturnType<typeof loadMigrations> {
  return loadMigrations(paths, `SET lock_timeout = ${UNHURRIED_LOCK_TIMEOUT_MS}`);
}

/** node-pg-migrate reports each step, and the failing statement in full, as text. It warns of a file without a transaction. */
function plainLogger(logger: Logger): Record<'info' | 'warn' | 'error', (message: string) => void> {
  return {
    info: (message) => {
      logger.debug(message);
    },
    warn: (message) => {
      logger.debug(message);
    },
    error: (message) => {
      logger.error(message);
    },
  };
}
