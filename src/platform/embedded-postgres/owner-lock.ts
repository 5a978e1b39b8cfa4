import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';
import { writePrivateFile } from './data-folder.ts';
import { unlessMissing } from '../files.ts';

export interface OwnerLock {
  release(): Promise<void>;
}

const SQLITE_BUSY = 5;

/** Referenced from here as well, because a lock that is collected as garbage is given up. */
const heldLocks = new Set<DatabaseSync>();

/**
 * Takes the data folder for this process. Node has no file lock of its own, but the SQLite that comes with it does, and
 * the kernel gives that lock back when the process dies, however it dies: no stale lock, and no reused process id that
 * looks like a live owner. `owner.pid` only says whom to look for.
 *
 * @throws StartError when another live Roundtrip has it
 */
export async function lockDataFolder(folder: string): Promise<OwnerLock> {
  const pidFile = join(folder, 'owner.pid');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'owner.lock'), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw await lockFault(folder, pidFile, error);
  }
  const held = lock;
  heldLocks.add(held);
  const letGo = (): void => {
    heldLocks.delete(held);
    held.close();
  };
  try {
    await writePrivateFile(pidFile, `${process.pid}\n`);
  } catch (error) {
    letGo();
    throw error;
  }
  return {
    release: async () => {
      await rm(pidFile, { force: true });
      letGo();
    },
  };
}

async function lockFault(folder: string, pidFile: string, error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  if (error.errcode !== SQLITE_BUSY) {
    return new StartError(`cannot lock the data folder ${folder} (${error.message}): make its files your own`);
  }
  const pid = (await unlessMissing(readFile(pidFile, 'utf8')))?.trim() ?? 'unknown';
  return new StartError(
    `another Roundtrip (process ${pid}) already uses the data folder ${folder}: stop it, or set DATA_DIR to another`,
  );
}
