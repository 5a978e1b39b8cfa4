import { access, chmod, constants, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hasCode, makeFolder, writeWholeFile } from '../files.ts';
import { StartError } from '../start-error.ts';
import { runsAsRoot } from './server-user.ts';

/**
 * Makes the folder if it is not there. Its real path is the answer.
 *
 * @throws StartError when it cannot be made, read or written
 */
export async function openDataFolder(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  try {
    const made = await makeFolder(path);
    // Root's server runs as another user, who has to pass through, but has nothing to list.
    if (made) await chmod(path, runsAsRoot() ? 0o711 : 0o700);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    throw folderFault(path, error);
  }
}

/** What the file system refused, in one line that says what to do. Any other error comes back as it is. */
export function folderFault(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const full = hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
  const remedy = full ? 'free some space' : 'make it a folder that you can read and write';
  return new StartError(`cannot use the data folder ${folder} (${error.message}): ${remedy}, or set DATA_DIR`, {
    cause: error,
  });
}

/** Readable by its owner only. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await writeWholeFile(path, text, 0o600);
}
