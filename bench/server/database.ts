import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { parentOf } from './proc.ts';

/** The server that everything in one run of the bench works on. */
export interface BenchDatabase {
  readonly databaseUrl: string;
  /** Undefined: the server is not on this machine, so that its CPU time cannot be read. */
  readonly postmasterPid: number | undefined;
  readonly facts: Readonly<Record<string, string>>;
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

const DATABASE_NAME = 'roundtrip_bench';
/** Kept on disk across restarts, and next to never in memory, which /tmp may be. */
export const FOLDER = '/var/tmp';
const TMPFS_MAGIC = 0x01021994;
const REPORTED_SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'shared_buffers',
];

/** DATABASE_URL's server, where it is set, or an embedded one with its default settings: fsync and all. */
export async function openDatabase(serverUrl: string | undefined): Promise<BenchDatabase> {
  if (serverUrl !== undefined) return prepareDatabase(serverUrl, 'given by DATABASE_URL', () => Promise.resolve());
  const folder = await mkdtemp(join(FOLDER, 'roundtrip-bench-'));
  // Root's server runs as another user, who has to pass through.
  await chmod(folder, 0o711);
  let server: EmbeddedPostgres | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    if ((await statfs(folder)).type === TMPFS_MAGIC)
      throw new Error(`${FOLDER} is in memory: nothing would be durable`);
    server = await startEmbeddedPostgres({ dataDir: folder });
    return await prepareDatabase(server.databaseUrl, 'embedded', stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes a database of the bench anew on the server. */
export async function prepareDatabase(
  serverUrl: string,
  kind: string,
  stopServer: () => Promise<void>,
  name = DATABASE_NAME,
): Promise<BenchDatabase> {
  const administration = new pg.Client({ connectionString: serverUrl });
  await administration.connect();
  await administration.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await administration.query(`CREATE DATABASE ${name}`);
  await administration.end();

  const databaseUrl = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  await migrate(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl });
  // A server that is killed fails the next question, where it counts.
  client.on('error', () => undefined);
  await client.connect();
  const settings = await client.query<{ name: string; setting: string }>(
    'SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name',
    [REPORTED_SETTINGS],
  );
  const backend = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    databaseUrl,
    postmasterPid: parentOf(backend.rows[0]?.pid ?? 0, 'postgres'),
    facts: { server: kind, ...Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting])) },
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    stop: async () => {
      await client.end();
      await stopServer();
    },
  };
}
