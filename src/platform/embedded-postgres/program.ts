import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { StartError } from '../start-error.ts';
import { hasCode } from '../files.ts';
import type { ServerUser } from './server-user.ts';

/** The caller's PG* variables mean other servers, and what the programs say is read here, so it must be in English. */
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' };
const MAX_OUTPUT_CHARACTERS = 64 * 1024;

export function programOptions(user: ServerUser | undefined): Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  // The current folder may be closed to `user`; the topmost never is.
  return { cwd: '/', env: ENVIRONMENT, ...(user && { uid: user.uid, gid: user.gid }) };
}

export interface ProgramRun {
  /** Begins the message of what goes wrong: "making the database in …". */
  readonly task: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly user: ServerUser | undefined;
  /** Written to its standard input. */
  readonly input?: string;
  readonly timeoutMs: number;
}

/** @throws StartError with the first line of trouble in its output, when it cannot run, fails, or takes too long */
export async function runProgram({ task, path, args, user, input = '', timeoutMs }: ProgramRun): Promise<void> {
  const child = spawn(path, args, { ...programOptions(user), stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < MAX_OUTPUT_CHARACTERS) output += text;
    });
  }
  // A program that ends before it has read its input says why by its output and exit code.
  child.stdin.on('error', () => undefined).end(input);
  const ending = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(spawnFault(path, error));
    });
    child.on('close', (code, signal) => {
      resolve(code === 0 ? undefined : (firstTrouble(output) ?? `it ended with ${String(signal ?? code)}`));
    });
  });
  if (ending !== undefined) throw new StartError(`${task} failed (${ending}): ${remedyOf(ending)}`);
}

/** The kernel reports a missing dynamic loader, as on musl, in the words of a missing file. */
export function spawnFault(path: string, error: Error): string {
  if (hasCode(error, 'ENOENT') && existsSync(path)) {
    return `this system's C library cannot run ${path}, which needs glibc`;
  }
  return error.message;
}

const LOG_PREFIX = /^.*?\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] /;
const TROUBLE = /\b(fatal|panic|error|cannot|could not|not found|denied|refused)\b/i;

/** The line of `output` that names the cause, without its time; undefined when there is no output. */
export function firstTrouble(output: string): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.replace(LOG_PREFIX, '').trim())
    .filter((line) => line !== '');
  return lines.find((line) => TROUBLE.test(line)) ?? lines[0];
}

export function remedyOf(trouble: string): string {
  if (/no space left|could not extend|wrote only|quota/i.test(trouble)) return 'free some space, or set DATA_DIR';
  if (/shared librar|symbol not found|libc/i.test(trouble)) return 'install what is missing, or set DATABASE_URL';
  return 'correct that, or set DATABASE_URL to a PostgreSQL of your own';
}

/** Fast shutdown; immediate shutdown, which the next start recovers from; and the end of waiting. */
const STEPS = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** Ends a server, ever more firmly. False: it is still there. */
export async function endServer(
  send: (signal: NodeJS.Signals) => void,
  isGoneWithin: (timeoutMs: number) => Promise<boolean>,
): Promise<boolean> {
  for (const { signal, waitMs } of STEPS) {
    send(signal);
    if (await isGoneWithin(waitMs)) return true;
  }
  return false;
}
