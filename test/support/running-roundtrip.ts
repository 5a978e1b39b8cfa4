import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../src/platform/free-port.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** A folder and ports of its own for a Roundtrip that runs as its user runs it. */
export interface Place {
  readonly folder: string;
  readonly webUrl: string;
  readonly gatewayUrl: string;
  readonly environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export interface Ended {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function makePlace(settings: Record<string, string> = {}): Promise<Place> {
  // A space in the path, because that is where paths break.
  const folder = await mkdtemp(join(tmpdir(), 'roundtrip place '));
  const port = await findFreePort();
  const gatewayPort = await findFreePort();
  return {
    folder,
    webUrl: `http://127.0.0.1:${port}`,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    environment: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      GATEWAY_PORT: String(gatewayPort),
      DATA_DIR: join(folder, 'data'),
      INVOICE_OUTPUT_DIR: join(folder, 'invoices'),
      MAIL_OUTPUT_DIR: join(folder, 'mail'),
      LOG_LEVEL: 'warn',
      ...settings,
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs one command to its end. */
export async function runCommand(place: Place, ...words: string[]): Promise<Ended> {
  return watch(launch(place, words)).ended;
}

export interface RunningRoundtrip {
  readonly pid: number | undefined;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts everything and waits until it announces itself. */
export function startRoundtrip(place: Place, ...flags: string[]): Promise<RunningRoundtrip> {
  return launchUntil('Ctrl-C stops it.', place, ['start', ...flags]);
}

type RoleName = 'web' | 'worker' | 'gateway';

/** Starts one role alone and waits until it announces itself. */
export function startRole(place: Place, role: RoleName, ...flags: string[]): Promise<RunningRoundtrip> {
  return launchUntil(`roundtrip ${role}: `, place, [role, ...flags]);
}

/** Begins to start one role alone, for those who interrupt its start. */
export function beginRole(place: Place, role: RoleName): RunningRoundtrip {
  const child = launch(place, [role]);
  return running(child, watch(child));
}

/** Starts a fleet and waits until it announces itself. */
export function startStack(place: Place, ...flags: string[]): Promise<RunningRoundtrip> {
  return launchUntil('Ctrl-C stops it.', place, ['stack', ...flags]);
}

async function launchUntil(announcement: string, place: Place, words: readonly string[]): Promise<RunningRoundtrip> {
  const child = launch(place, words);
  const watched = watch(child, announcement);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const early = await Promise.race([watched.announced, watched.ended]);
  clearTimeout(timer);
  if (early) throw new Error(`it ended before it was up: ${early.stderr || early.stdout}`);
  return running(child, watched);
}

function running(child: ChildProcess, { ended, stdout, stderr }: ReturnType<typeof watch>): RunningRoundtrip {
  return {
    pid: child.pid,
    stdout,
    stderr,
    ended,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

function launch({ folder, environment }: Place, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function watch(
  child: ChildProcess,
  announcement?: string,
): { ended: Promise<Ended>; announced: Promise<undefined>; stdout: () => string; stderr: () => string } {
  let stdout = '';
  let stderr = '';
  const { promise: announced, resolve: announce } = Promise.withResolvers<undefined>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (announcement !== undefined && stdout.includes(announcement)) announce(undefined);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return { ended, announced, stdout: () => stdout, stderr: () => stderr };
}
