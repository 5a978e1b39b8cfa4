import { execFile } from 'node:child_process';
import { readFile, readlink, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from '../logger.ts';
import { StartError } from '../start-error.ts';
import { hasCode, unlessMissing } from '../files.ts';
import { endServer } from './program.ts';

const POLL_MS = 20;

/**
 * Clears what a killed Roundtrip left: a server that runs on without it, or the name of a process that was its server.
 * Called with the data folder locked, so the server's Roundtrip is dead.
 *
 * The server is stopped, not adopted: it is no child of ours, so nothing would tell us of its death, and it runs with
 * the settings and binaries of the start that made it. A fast shutdown takes a fraction of a second and loses nothing.
 *
 * @throws StartError when the server cannot be stopped
 */
export async function clearOrphan(cluster: string, logger: Logger): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt((await unlessMissing(readFile(pidFile, 'utf8'))) ?? '', 10);
  if (!(pid > 1)) return;
  if (await isServerOf(cluster, pid)) {
    logger.warn({ pid }, 'stopping the database server that a killed Roundtrip left running');
    if (!(await stopOrphan(cluster, pid))) {
      throw new StartError(`the PostgreSQL server of ${cluster} (process ${pid}) does not stop: end it by hand`);
    }
  } else if (isAlive(pid)) {
    // The number now belongs to something else. PostgreSQL would take that for a server and refuse to start; that no
    // server has the cluster open it still makes sure of by its shared memory.
    await rm(pidFile, { force: true });
  }
}

async function stopOrphan(cluster: string, pid: number): Promise<boolean> {
  const send = (signal: NodeJS.Signals): void => {
    if (isAlive(pid)) process.kill(pid, signal);
  };
  return endServer(send, async (timeoutMs) => {
    const deadline = performance.now() + timeoutMs;
    while (await isServerOf(cluster, pid)) {
      if (performance.now() > deadline) return false;
      await delay(POLL_MS);
    }
    return true;
  });
}

/** A PostgreSQL server stands in its cluster's folder, and runs as the folder's owner. */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return looksLikeServerOf(cluster, pid);
  try {
    const [program, folder, runner, owner] = await Promise.all([
      readlink(`/proc/${pid}/exe`),
      readlink(`/proc/${pid}/cwd`),
      stat(`/proc/${pid}`),
      stat(cluster),
    ]);
    return folder === cluster && runner.uid === owner.uid && basename(program).startsWith('postgres');
  } catch {
    // It is gone, or another user's: not a server of this cluster.
    return false;
  }
}

/** Where there is no /proc, the command line has to tell. */
async function looksLikeServerOf(cluster: string, pid: number): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    return stdout.includes('postgres') && stdout.includes(`-D ${cluster} `);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
