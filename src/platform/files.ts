import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Coalescer } from './sharing/coalesce.ts';

/**
 * Makes the folder and those above it; false: it was there. Node's own `recursive` never ends where a parent exists and
 * cannot hold a folder, as in /proc or behind a link to nowhere.
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return false;
    const parent = dirname(path);
    if (!hasCode(error, 'ENOENT') || parent === path || !(await makeFolder(parent))) throw error;
    return makeFolder(path);
  }
}

/**
 * Writes a file whole or not at all: under another name first, flushed, then renamed, and the folder flushed. A crash
 * leaves at most the other file, which nobody reads.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.new`);
  try {
    const file = await open(unfinished, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** As `writeWholeFile`, making the folder if it turns out not to be there. */
export async function writeWholeFileIn(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  try {
    await writeWholeFile(path, content);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    await makeFolder(folder);
    await writeWholeFile(path, content);
  }
}

const MOST_SYNCS_AT_ONCE = 1_000;

/** Of those that ask while a folder is being written out, all wait for the next time, which is one for all of them. */
const folderSyncs = new Coalescer<string, void>({
  maxBatchItems: MOST_SYNCS_AT_ONCE,
  maxBatchesInFlight: 1,
  maxQueuedWeight: Infinity,
  run: async (batch) => {
    const syncs = new Map<string, Promise<void>>();
    for (const { item: folder, resolve, reject } of batch) {
      const sync = syncs.get(folder) ?? writeOutFolder(folder);
      syncs.set(folder, sync);
      sync.then(resolve, reject);
    }
    await Promise.allSettled(syncs.values());
  },
});

/** A rename survives a power cut once its folder has been written out. */
export function syncFolder(folder: string): Promise<void> {
  return folderSyncs.submit(folder);
}

async function writeOutFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Undefined in place of a file that is not there, or whose folder is none. */
export async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
