import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries, type Binaries } from './embedded-postgres/binaries.ts';
import { locateCluster, requireMajor, type Cluster } from './embedded-postgres/cluster.ts';
import { folderFault, openDataFolder, writePrivateFile } from './embedded-postgres/data-folder.ts';
import { unlessMissing } from './files.ts';
import { initialiseCluster, replacePassword } from './embedded-postgres/initialise.ts';
import { clearOrphan } from './embedded-postgres/orphan.ts';
import { lockDataFolder, type OwnerLock } from './embedded-postgres/owner-lock.ts';
import { ServerLog } from './embedded-postgres/server-log.ts';
import { startServer, type Server } from './embedded-postgres/server.ts';
import { silentLogger, type Logger } from './logger.ts';

export interface EmbeddedPostgresOptions {
  /** Made if it is not there. */
  readonly dataDir: string;
  readonly logger?: Logger;
  /** PostgreSQL settings beside our own. Tests give up durability with `fsync: 'off'`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The server died without `stop()`. `stop()` must still be called, to give the data folder back. */
  readonly onUnexpectedExit?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** Of the role `roundtrip`, which owns the database `roundtrip` and may create more. Holds its password. */
  readonly databaseUrl: string;
  /** Whether this start made the cluster. */
  readonly initialised: boolean;
  /** Ends sessions and the server, and gives the data folder back. May be called again. */
  stop(): Promise<void>;
}

/**
 * Runs a real PostgreSQL, of this machine's own processes only, on data in `<dataDir>/postgres`. While it runs, its
 * address is in `<dataDir>/database-url`.
 *
 * @throws StartError when something that the person who starts can mend is in the way
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, logger = silentLogger, settings = {}, onUnexpectedExit } = options;
  const folder = await openDataFolder(dataDir);
  const lock = await lockDataFolder(folder);
  const log = new ServerLog(join(folder, 'postgres.log'));
  const urlFile = join(folder, 'database-url');
  let server: Server | undefined;
  try {
    await rm(urlFile, { force: true });
    await log.shorten();
    const { initialised, ...prepared } = await prepareCluster(folder, logger, settings);
    server = await startServer({ ...prepared, log, settings });
    await writePrivateFile(urlFile, `${server.databaseUrl}\n`);
    log.keepBounded(logger);
    return watchOver(server, { lock, log, urlFile, initialised, onUnexpectedExit });
  } catch (error) {
    await server?.stop();
    await lock.release();
    throw folderFault(folder, error);
  }
}

interface PreparedCluster {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly password: string;
  readonly initialised: boolean;
}

async function prepareCluster(
  folder: string,
  logger: Logger,
  settings: Readonly<Record<string, string>>,
): Promise<PreparedCluster> {
  const passwordFile = join(folder, 'database-password');
  const cluster = await locateCluster(folder, passwordFile, logger);
  const binaries = await findBinaries(cluster.user);
  if (cluster.exists) {
    await requireMajor(cluster, binaries.major);
    await clearOrphan(cluster.path, logger);
    const stored = (await unlessMissing(readFile(passwordFile, 'utf8')))?.trim();
    if (stored) return { cluster, binaries, password: stored, initialised: false };
  }

  // Letters, digits, - and _ only: it needs no quoting in a URL or in SQL.
  const password = randomBytes(24).toString('base64url');
  if (cluster.exists) await replacePassword(cluster, binaries, password);
  else await initialiseCluster(cluster, binaries, password, settings['fsync'] !== 'off');
  await writePrivateFile(passwordFile, `${password}\n`);
  return { cluster, binaries, password, initialised: !cluster.exists };
}

interface Running {
  readonly lock: OwnerLock;
  readonly log: ServerLog;
  readonly urlFile: string;
  readonly initialised: boolean;
  readonly onUnexpectedExit: ((reason: string) => void) | undefined;
}

function watchOver(server: Server, { lock, log, urlFile, initialised, onUnexpectedExit }: Running): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await server.stop();
    log.close();
    await rm(urlFile, { force: true });
    await lock.release();
  };
  void server.ended.then((how) => {
    if (stopping === undefined) onUnexpectedExit?.(`the database server died: ${how}; its log is ${log.path}`);
  });
  return { databaseUrl: server.databaseUrl, initialised, stop: () => (stopping ??= stop()) };
}
