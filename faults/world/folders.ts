import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOMY_BYTES = 2 * 1024 ** 3;
/** A file that is being written keeps a file system from becoming read-only, or as small as it was, at once. */
const REMOUNT_TRIES = 200;
const REMOUNT_PAUSE_MS = 10;

export interface Folders {
  readonly root: string;
  readonly postgres: string;
  readonly rabbit: string;
  readonly invoices: string;
  readonly mail: string;
  readonly log: string;
  /** Whether invoices and database are on small disks of their own, which can be filled and made read-only. */
  readonly haveDisks: boolean;
}

/** @param mayMount this process has a mount namespace of its own, so that what it mounts goes when it goes */
export async function makeFolders(mayMount: boolean): Promise<Folders> {
  const root = await mkdtemp(join(tmpdir(), 'roundtrip-faults-'));
  // Root's database server runs as another user, who has to pass through.
  await chmod(root, 0o711);
  const [postgres, rabbit, invoices, mail] = ['postgres', 'rabbit', 'invoices', 'mail'].map((name) => join(root, name));
  if (!postgres || !rabbit || !invoices || !mail) throw new Error('a folder has no name');
  for (const folder of [postgres, rabbit, invoices, mail]) await mkdir(folder, { mode: 0o711 });
  if (mayMount) for (const folder of [postgres, invoices]) await mountDisk(folder);
  return { root, postgres, rabbit, invoices, mail, log: join(root, 'processes.log'), haveDisks: mayMount };
}

async function mountDisk(folder: string): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${ROOMY_BYTES},mode=711`, 'tmpfs', folder]);
}

/** Leaves not a byte free. A disk that has grown since it was looked at cannot be made so small, and is looked at again. */
export async function fillDisk(folder: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { blocks, bfree, bsize } = await statfs(folder);
    try {
      // Never 0, which for a tmpfs means no limit.
      await remount(folder, `size=${Math.max(1, blocks - bfree) * bsize}`);
      return;
    } catch (error) {
      if (tries === REMOUNT_TRIES) throw error;
    }
  }
}

export async function emptyDisk(folder: string): Promise<void> {
  await remount(folder, `size=${ROOMY_BYTES}`);
}

export async function makeReadOnly(folder: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await remount(folder, 'ro');
      return;
    } catch (error) {
      if (tries === REMOUNT_TRIES) throw error;
      await delay(REMOUNT_PAUSE_MS);
    }
  }
}

export async function makeWritable(folder: string): Promise<void> {
  await remount(folder, 'rw');
}

async function remount(folder: string, options: string): Promise<void> {
  await run('mount', ['-o', `remount,${options}`, folder]);
}

/** Disks are taken off first, so that none is left in another mount namespace's sight. */
export async function removeFolders({ root, postgres, invoices, haveDisks }: Folders): Promise<void> {
  if (haveDisks)
    for (const folder of [postgres, invoices]) await run('umount', ['--lazy', folder]).catch(() => undefined);
  await rm(root, { recursive: true, force: true });
}
