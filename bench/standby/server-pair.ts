import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from '../../src/platform/embedded-postgres/binaries.ts';
import { DATABASE_NAME, initialiseCluster } from '../../src/platform/embedded-postgres/initialise.ts';
import { runProgram } from '../../src/platform/embedded-postgres/program.ts';
import { ServerLog } from '../../src/platform/embedded-postgres/server-log.ts';
import { findUnprivilegedUser, runsAsRoot } from '../../src/platform/embedded-postgres/server-user.ts';
import { startServer, type Server } from '../../src/platform/embedded-postgres/server.ts';
import { FOLDER } from '../server/database.ts';
import { DelayProxy } from './delay-proxy.ts';

/** What pg_stat_replication knows the standby by. */
export const STANDBY_NAME = 'standby';
/** A standby that was stopped for a while finds what it missed. */
const SETTINGS = { wal_keep_size: '8GB' };
const SINGLE_USER_TIMEOUT_MS = 60_000;

/** Two servers on this machine, the one a standby of the other, and a wire between them whose length can be set. */
export class ServerPair {
  readonly wire: DelayProxy;
  readonly primary: Server;
  readonly #startStandby: () => Promise<Server>;
  readonly #folder: string;
  #standby: Server | undefined;

  private constructor(wire: DelayProxy, primary: Server, startStandby: () => Promise<Server>, folder: string) {
    this.wire = wire;
    this.primary = primary;
    this.#startStandby = startStandby;
    this.#folder = folder;
  }

  /** Both as the embedded PostgreSQL is by default: fsync and all. The standby follows, and nobody waits for it. */
  static async open(): Promise<ServerPair> {
    const folder = await mkdtemp(join(FOLDER, 'roundtrip-bench-pair-'));
    try {
      // Root's servers run as another user, who has to pass through.
      await chmod(folder, 0o711);
      return await ServerPair.#openIn(folder);
    } catch (error) {
      // What runs already ends with this process.
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  static async #openIn(folder: string): Promise<ServerPair> {
    const user = runsAsRoot() ? await findUnprivilegedUser() : undefined;
    const binaries = await findBinaries(user);
    const password = randomBytes(24).toString('base64url');
    const start = (name: string): Promise<Server> =>
      startServer({
        cluster: { path: join(folder, name), exists: true, user },
        binaries,
        password,
        log: new ServerLog(join(folder, `${name}.log`)),
        settings: SETTINGS,
      });

    const path = join(folder, 'primary');
    await initialiseCluster({ path, exists: false, user }, binaries, password, true);
    await appendFile(join(path, 'pg_hba.conf'), `host replication ${DATABASE_NAME} 127.0.0.1/32 scram-sha-256\n`);
    await runProgram({
      task: `letting ${DATABASE_NAME} replicate`,
      path: binaries.postgres,
      args: ['--single', '-D', path, 'postgres'],
      user,
      input: `ALTER ROLE ${DATABASE_NAME} SUPERUSER REPLICATION\n`,
      timeoutMs: SINGLE_USER_TIMEOUT_MS,
    });
    // Nothing runs on it yet: a copy of its files is a backup of it.
    const copy = join(folder, 'standby');
    execFileSync('cp', ['-a', path, copy]);

    const primary = await start('primary');
    const wire = await DelayProxy.open(portOf(primary));
    await writeFile(join(copy, 'standby.signal'), '');
    const source = `host=127.0.0.1 port=${wire.port} user=${DATABASE_NAME} password=${password}`;
    await appendFile(
      join(copy, 'postgresql.auto.conf'),
      `primary_conninfo = '${source} application_name=${STANDBY_NAME}'\n`,
    );
    const pair = new ServerPair(wire, primary, () => start('standby'), folder);
    await pair.startStandby();
    return pair;
  }

  get standby(): Server {
    if (!this.#standby) throw new Error('the standby is not running');
    return this.#standby;
  }

  async startStandby(): Promise<void> {
    this.#standby ??= await this.#startStandby();
  }

  async stopStandby(): Promise<void> {
    await this.#standby?.stop();
    this.#standby = undefined;
  }

  async stop(): Promise<void> {
    await this.stopStandby();
    await this.primary.stop();
    await this.wire.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export function portOf({ databaseUrl }: Pick<Server, 'databaseUrl'>): number {
  return Number(new URL(databaseUrl).port);
}
