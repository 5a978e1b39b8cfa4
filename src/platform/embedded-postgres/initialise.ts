import { chown, constants, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { syncFolder } from '../files.ts';
import { runProgram } from './program.ts';

/** Both the role that Roundtrip connects as and the database that it owns. */
export const DATABASE_NAME = 'roundtrip';
const INITDB_TIMEOUT_MS = 120_000;
const SINGLE_USER_TIMEOUT_MS = 120_000;

/**
 * One role, over TCP, from this machine. The superuser has no password and no way in; single-user mode, which needs
 * the files themselves, is its only door.
 */
const HOST_BASED_AUTHENTICATION = `host all ${DATABASE_NAME} 127.0.0.1/32 scram-sha-256\n`;

/**
 * Makes the cluster beside its place and renames it there when it is whole, so that one whose making was cut short is
 * never mistaken for a cluster. The owner's lock makes sure that nobody else is making it.
 *
 * @throws StartError when initdb fails
 */
export async function initialiseCluster(
  cluster: Cluster,
  binaries: Binaries,
  password: string,
  durable: boolean,
): Promise<void> {
  const unfinished = `${cluster.path}.partial`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await mkdir(unfinished, { mode: 0o700 });
    if (cluster.user) await chown(unfinished, cluster.user.uid, cluster.user.gid);
    await runProgram({
      task: `making the database in ${cluster.path}`,
      path: binaries.initdb,
      args: ['-D', unfinished, ...INITDB_OPTIONS, ...(durable ? [] : ['--no-sync'])],
      user: cluster.user,
      timeoutMs: INITDB_TIMEOUT_MS,
    });
    await overwriteInPlace(join(unfinished, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
    await runAsSuperuser({ ...cluster, path: unfinished }, binaries, durable, [
      `CREATE ROLE ${DATABASE_NAME} LOGIN CREATEDB CREATEROLE PASSWORD '${password}'`,
      `CREATE DATABASE ${DATABASE_NAME} OWNER ${DATABASE_NAME}`,
    ]);
    await rename(unfinished, cluster.path);
    await syncFolder(dirname(cluster.path));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

const INITDB_OPTIONS = [
  '--username=postgres',
  '--auth=reject',
  '--encoding=UTF8',
  // PostgreSQL's own C.UTF-8 sorts alike on every system, and needs no locale of it.
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];

/** For a cluster whose password file was lost or removed. */
export async function replacePassword(cluster: Cluster, binaries: Binaries, password: string): Promise<void> {
  await runAsSuperuser(cluster, binaries, true, [`ALTER ROLE ${DATABASE_NAME} PASSWORD '${password}'`]);
}

/** Single-user mode: no server may be running on the cluster. The statements come by standard input, unseen by `ps`. */
async function runAsSuperuser(
  cluster: Cluster,
  binaries: Binaries,
  durable: boolean,
  statements: readonly string[],
): Promise<void> {
  const settings = ['exit_on_error=on', 'log_min_error_statement=panic', ...(durable ? [] : ['fsync=off'])];
  await runProgram({
    task: `setting up the role "${DATABASE_NAME}" in ${cluster.path}`,
    path: binaries.postgres,
    args: ['--single', '-D', cluster.path, ...settings.flatMap((setting) => ['-c', setting]), 'postgres'],
    user: cluster.user,
    input: statements.map((statement) => `${statement}\n`).join(''),
    timeoutMs: SINGLE_USER_TIMEOUT_MS,
  });
}

/** Root writes into the server's folder here: what the server's user could have put in the file's place is refused. */
async function overwriteInPlace(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
