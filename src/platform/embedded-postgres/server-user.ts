import { readFile, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error.ts';

/** Who runs initdb and postgres, where that is not whoever runs Node. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const UNPRIVILEGED_NAMES = ['postgres', '_postgres', 'nobody'];
export const READ = 0o4;
export const TRAVERSE = 0o1;

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * An existing user for a new cluster, since initdb and postgres refuse to run as root.
 *
 * @throws StartError when the machine has none
 */
export async function findUnprivilegedUser(): Promise<ServerUser> {
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  for (const name of UNPRIVILEGED_NAMES) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid > 0);
    if (user) return user;
  }
  throw new StartError(
    'PostgreSQL refuses to run as root, and this machine has neither a user "postgres" nor "nobody" to run it as: ' +
      'start Roundtrip as an ordinary user, or set DATABASE_URL',
  );
}

export function parsePasswd(text: string): readonly ServerUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || !uid || !gid || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/** The first folder from the top that `user` may not pass through on the way into `folder`; undefined: none. */
export async function firstClosedFolder(folder: string, user: ServerUser): Promise<string | undefined> {
  for (const ancestor of pathFromTop(folder)) {
    if (!permits(await stat(ancestor), user, TRAVERSE)) return ancestor;
  }
  return undefined;
}

/** Only the mode bits decide: an access list that opens more is not looked at, which costs a copy at worst. */
export function permits(file: Pick<Stats, 'uid' | 'gid' | 'mode'>, user: ServerUser, permission: number): boolean {
  const shift = file.uid === user.uid ? 6 : file.gid === user.gid ? 3 : 0;
  return ((file.mode >> shift) & permission) === permission;
}

function pathFromTop(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...pathFromTop(parent), folder];
}
