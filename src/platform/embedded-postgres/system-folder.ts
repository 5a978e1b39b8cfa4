import { chmod, lstat, realpath } from 'node:fs/promises';
import { StartError } from '../start-error.ts';
import { makeFolder } from '../files.ts';

/** Where root keeps what an unprivileged server cannot reach elsewhere. Unlike /tmp, only root can write beside it. */
const SYSTEM_FOLDER = '/var/lib/roundtrip';

/** @throws StartError when others than root could have put something there */
export async function openSystemFolder(): Promise<string> {
  if (await makeFolder(SYSTEM_FOLDER)) await chmod(SYSTEM_FOLDER, 0o755);
  const folder = await realpath(SYSTEM_FOLDER);
  await requireRootOnly(folder);
  return folder;
}

/** @throws StartError when others than root could have put it there, or could change it */
export async function requireRootOnly(path: string): Promise<void> {
  const { uid, mode } = await lstat(path);
  if (uid === 0 && (mode & 0o022) === 0) return;
  throw new StartError(`${path} must belong to root and be writable by nobody else: remove it, or correct its mode`);
}
