import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../free-port.ts';
import { StartError } from '../start-error.ts';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { DATABASE_NAME } from './initialise.ts';
import { memorySettings } from './memory.ts';
import { endServer, firstTrouble, programOptions, remedyOf, spawnFault } from './program.ts';
import { waitUntilReady, type StartingServer } from './readiness.ts';
import type { ServerLog } from './server-log.ts';

export interface Server extends StartingServer {
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly password: string;
  readonly log: ServerLog;
  readonly settings: Readonly<Record<string, string>>;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 bytes, which a data folder deep down does not leave room for.
  unix_socket_directories: '',
  max_connections: '200',
  // A page that is changed for the first time after a checkpoint is logged whole: where every order changes pages that
  // nobody else does, checkpoints close together log many times what the orders hold.
  max_wal_size: '4GB',
  // What a shop works on is in memory, or on a disk without a head that moves. PostgreSQL's own 4 is of disks that had one,
  // and makes it read a table of some thousand returns whole, and join it whole, rather than look ten of them up.
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const MAX_LAUNCHES = 10;
const LAUNCH_PAUSE_MS = 500;
/** Another program took the port first, or processes of a killed server are still about to notice its death. */
const PASSING_FAULT = /could not bind|pre-existing shared memory block/;

/** @throws StartError when the server does not come up */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { cluster, log } = options;
  let trouble = '';
  for (let launches = 0; launches < MAX_LAUNCHES; launches += 1) {
    if (launches > 0) await delay(LAUNCH_PAUSE_MS);
    const logStart = await log.size();
    // Whoever takes the port before the server does makes for another launch.
    const server = await launch(options, await findFreePort());
    const outcome = await waitUntilReady(server);
    if (outcome === 'ready') return server;

    await server.stop();
    const output = await log.since(logStart);
    trouble = outcome === 'ended' ? (firstTrouble(output) ?? (await server.ended)) : outcome;
    if (!PASSING_FAULT.test(output)) break;
  }
  throw new StartError(
    `PostgreSQL does not start on ${cluster.path} (${trouble}; its log is ${log.path}): ${remedyOf(trouble)}`,
  );
}

async function launch(options: ServerOptions, port: number): Promise<Server> {
  const { cluster, binaries, password, log } = options;
  const settings = Object.entries({ ...SETTINGS, ...memorySettings(), ...options.settings, port: String(port) });
  const child = await log.append((descriptor) =>
    spawn(binaries.postgres, ['-D', cluster.path, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
      ...programOptions(cluster.user),
      stdio: ['ignore', descriptor, descriptor],
      // Its own process group: Ctrl-C at the terminal must not end it while requests are still being answered.
      detached: true,
    }),
  );
  const ended = endOf(child, binaries.postgres);
  return {
    databaseUrl: `postgresql://${DATABASE_NAME}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
    ended,
    stop: async () => {
      await endServer(
        (signal) => child.kill(signal),
        (timeoutMs) => settlesWithin(ended, timeoutMs),
      );
    },
  };
}

function endOf(child: ChildProcess, path: string): Promise<string> {
  // Whatever makes Node exit without stopping the server first: it goes with us, short of kill -9.
  const endWithUs = (): void => {
    child.kill('SIGINT');
  };
  process.once('exit', endWithUs);
  return new Promise((resolve) => {
    const end = (how: string): void => {
      process.off('exit', endWithUs);
      resolve(how);
    };
    child.once('error', (error) => {
      end(spawnFault(path, error));
    });
    child.once('exit', (code, signal) => {
      end(signal === null ? `it exited with code ${code ?? 'unknown'}` : `it was ended by ${signal}`);
    });
  });
}

async function settlesWithin(ended: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([ended.then(() => true), timeout]);
  } finally {
    timer.abort();
  }
}
