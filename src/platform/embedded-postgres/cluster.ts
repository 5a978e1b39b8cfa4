import { createHash, randomBytes } from 'node:crypto';
import { readFile, readlink, readdir, realpath, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '../logger.ts';
import { StartError } from '../start-error.ts';
import { hasCode, unlessMissing } from '../files.ts';
import { findUnprivilegedUser, firstClosedFolder, parsePasswd, runsAsRoot, type ServerUser } from './server-user.ts';
import { openSystemFolder } from './system-folder.ts';

/** Where a data folder's cluster is, or will be, and who runs its server. */
export interface Cluster {
  readonly path: string;
  readonly exists: boolean;
  /** Undefined: whoever runs Node. */
  readonly user: ServerUser | undefined;
}

/**
 * Finds the cluster of `folder`, or decides where a new one goes: `<folder>/postgres`, or, where root's unprivileged
 * server could not reach that, a folder of its own that `<folder>/postgres` then links to.
 *
 * @param passwordFile written once a cluster is whole, so that with it there must be a cluster
 * @throws StartError when there is something that cannot be used
 */
export async function locateCluster(folder: string, passwordFile: string, logger: Logger): Promise<Cluster> {
  const name = join(folder, 'postgres');
  const target = await linkTarget(name);
  const path = target === undefined ? name : resolve(folder, target);
  if (await isFilled(path)) {
    const real = await realpath(path);
    return { path: real, exists: true, user: await ownerOf(real) };
  }
  if (target !== undefined) {
    if ((await unlessMissing(stat(passwordFile))) !== undefined) {
      throw new StartError(
        `the database of ${folder} should be in ${path}, and is not there: put it back, or remove ${folder} to begin anew`,
      );
    }
    return { path, exists: false, user: runsAsRoot() ? await findUnprivilegedUser() : undefined };
  }
  if (!runsAsRoot()) return { path, exists: false, user: undefined };

  const user = await findUnprivilegedUser();
  const closed = await firstClosedFolder(folder, user);
  if (closed === undefined) return { path, exists: false, user };
  const elsewhere = await pathElsewhere(folder);
  // The link comes first, so that a start that is cut short leaves nothing that the next one does not find.
  await symlink(elsewhere, name);
  logger.info(
    { path: elsewhere },
    `the database goes to ${elsewhere}, because its user "${user.name}" cannot pass through ${closed}`,
  );
  return { path: elsewhere, exists: false, user };
}

/** @throws StartError when another PostgreSQL wrote the cluster */
export async function requireMajor({ path }: Cluster, major: string): Promise<void> {
  const written = (await unlessMissing(readFile(join(path, 'PG_VERSION'), 'utf8')))?.trim();
  if (written === undefined) {
    throw new StartError(`${path} is not a PostgreSQL data folder: move it away, or set DATA_DIR to another folder`);
  }
  if (written === major) return;
  const remedy =
    Number(written) > Number(major)
      ? 'start the newer Roundtrip that wrote it'
      : 'start the older Roundtrip that wrote it, take a dump with pg_dump, and restore that into a new data folder';
  throw new StartError(
    `${path} was written by PostgreSQL ${written}, and this Roundtrip brings PostgreSQL ${major}: ` +
      `${remedy}, or set DATA_DIR to another folder`,
  );
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    // ENOENT: nothing is there. EINVAL: a folder is there, not a link.
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EINVAL')) return undefined;
    throw error;
  }
}

async function isFilled(path: string): Promise<boolean> {
  const found = await unlessMissing(stat(path));
  if (found === undefined) return false;
  // Only its owner can list a cluster; one that is someone else's is filled, and `ownerOf` refuses it by name.
  if (!runsAsRoot() && found.uid !== process.getuid?.()) return true;
  return (await readdir(path)).length > 0;
}

/** Root runs an existing cluster as its owner, who need not be the one that a new cluster would get. */
async function ownerOf(path: string): Promise<ServerUser | undefined> {
  const { uid, gid } = await stat(path);
  if (!runsAsRoot()) {
    if (process.getuid === undefined || uid === process.getuid()) return undefined;
    throw new StartError(
      `${path} belongs to the user with id ${uid}: start as that user or as root, or set DATA_DIR to another folder`,
    );
  }
  if (uid === 0) {
    const { name } = await findUnprivilegedUser();
    throw new StartError(`${path} belongs to root, whom PostgreSQL refuses to serve: chown -R ${name} ${path}`);
  }
  const passwd = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const user = { name: passwd.find((entry) => entry.uid === uid)?.name ?? String(uid), uid, gid };
  const closed = await firstClosedFolder(path, user);
  if (closed === undefined) return user;
  throw new StartError(`the user "${user.name}", who owns ${path}, cannot pass through ${closed}: chmod o+x ${closed}`);
}

/** Never a name used before: what a removed data folder left behind is neither taken over nor overwritten. */
async function pathElsewhere(folder: string): Promise<string> {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return join(await openSystemFolder(), `${hash}-${randomBytes(4).toString('hex')}`);
}
