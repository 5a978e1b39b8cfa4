import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../../src/cli/start-up/node-flags.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 5;

/** A server process of ours, as its user runs it. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** From the start of the process to its first answer that it is ready. */
  readonly readyAfterMs: number;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly name: string;
  /** The program, with flags and arguments; ours, as the image starts it, unless told. */
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The setting that takes its port. */
  readonly portSetting: string;
  /** Answers 200 once it can work. */
  readonly readyPath: string;
  /** Where its log goes: a file, because writing it is part of the work. */
  readonly logFolder: string;
}

/** Starts a process and waits until it is ready. */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const { name, environment, portSetting, readyPath, logFolder } = options;
  const command = options.command ?? [...NODE_FLAGS, MAIN, name];
  const port = await freePort();
  const log = openSync(join(logFolder, `${name}.log`), 'a');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...command], {
    cwd: logFolder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...NODE_ENVIRONMENT,
      ...environment,
      [portSetting]: String(port),
    },
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, url + readyPath, join(logFolder, `${name}.log`));
  const readyAfterMs = performance.now() - startedAt;
  return { name, pid: child.pid ?? 0, url, readyAfterMs, stop: () => end(child) };
}

async function untilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} does not become ready; see ${logFile}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'exit');
  child.kill('SIGTERM');
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
