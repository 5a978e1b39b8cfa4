import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join, matchesGlob, relative } from 'node:path';
import type { Stage, Step } from './dockerfile.ts';

const STEP_TIMEOUT_MS = 300_000;

/** Folders of the image that our steps write to: in a RUN they stand for folders under the stage's own root. */
const IMAGE_FOLDERS = /(?<=^|[\s="'])\/(app|var\/lib\/roundtrip|usr\/local\/bin)(?=[/\s"']|$)/g;
/** The image's user is none of this machine's. Nothing is split at spaces, which the temporary folder's path may have. */
const PREAMBLE = "set -eu; IFS=''; chown() { :; }; ";

/**
 * Does what the stages' steps do, each stage in a folder that stands for its root: the same files and the same commands,
 * without the base images. What Docker's engine itself does (layers, users, capabilities) is not tried.
 *
 * @param context the project's folder; what its .dockerignore leaves out is not there to be copied
 * @returns the root of the last stage
 */
export async function buildAsShell(stages: readonly Stage[], context: string, folder: string): Promise<string> {
  const isIgnored = await ignoredBy(join(context, '.dockerignore'));
  let last = '';
  for (const { name, steps } of stages) {
    last = join(folder, name);
    await mkdir(join(last, 'usr/local/bin'), { recursive: true });
    let workingFolder = last;
    for (const step of steps) {
      if (step.kind === 'workdir') workingFolder = join(last, step.path);
      await mkdir(workingFolder, { recursive: true });
      if (step.kind === 'run') runStep(step.command, last, workingFolder);
      if (step.kind === 'copy' && step.from !== undefined)
        await copyFromStage(step, join(folder, step.from), workingFolder);
      if (step.kind === 'copy' && step.from === undefined)
        await copyFromContext(step, context, workingFolder, isIgnored);
    }
  }
  return last;
}

type Copy = Extract<Step, { kind: 'copy' }>;

async function copyFromStage({ sources, to }: Copy, root: string, workingFolder: string): Promise<void> {
  for (const source of sources) {
    await cp(join(root, source), join(workingFolder, to), { recursive: true, verbatimSymlinks: true });
  }
}

/** A folder's content goes into the destination, a file under its own name, as COPY has it. */
async function copyFromContext(
  { sources, to }: Copy,
  context: string,
  workingFolder: string,
  isIgnored: (path: string) => boolean,
): Promise<void> {
  for (const source of sources) {
    const from = join(context, source);
    const isFolder = (await stat(from)).isDirectory();
    if (!isFolder && isIgnored(relative(context, from))) throw new Error(`.dockerignore leaves ${source} out`);
    await cp(from, isFolder ? join(workingFolder, to) : join(workingFolder, to, basename(source)), {
      recursive: true,
      filter: async (path) => (await stat(path)).isDirectory() || !isIgnored(relative(context, path)),
    });
  }
}

function runStep(command: string, root: string, workingFolder: string): void {
  const here = command.replaceAll(IMAGE_FOLDERS, (path) => `$IMAGE_ROOT${path}`);
  const { status, stderr, error } = spawnSync('/bin/sh', ['-c', PREAMBLE + here], {
    cwd: workingFolder,
    encoding: 'utf8',
    timeout: STEP_TIMEOUT_MS,
    // A cache of its own: steps clean the one that they find.
    env: { ...process.env, IMAGE_ROOT: root, PATH: pathWithThisNode(), npm_config_cache: join(root, 'npm-cache') },
  });
  if (status !== 0) throw new Error(`RUN ${command}\nended with ${status ?? String(error)}: ${stderr}`);
}

/** The image's Node is the one that this runs on. */
export function pathWithThisNode(): string {
  return [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
}

/** The last pattern that a path matches decides, as in Docker; a pattern that names a folder means what is in it. */
async function ignoredBy(file: string): Promise<(path: string) => boolean> {
  const patterns = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) =>
    patterns.reduce((ignored, pattern) => {
      const bare = pattern.replace(/^!/, '');
      const matches = bare === '*' || matchesGlob(path, bare) || matchesGlob(path, `${bare}/**`);
      return matches ? !pattern.startsWith('!') : ignored;
    }, false);
}

/** All files below the folder, as paths relative to it; what packages bring is not looked into. */
export async function ownFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('node_modules/'));
}
