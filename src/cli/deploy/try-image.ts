import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { buildAsShell, ownFilesIn, pathWithThisNode } from './build-as-shell.ts';
import type { Stage } from './dockerfile.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const PORT = 18_473;

/** Builds the image's tree and starts what is in it, as a container would. Answers with what is wrong. */
export async function tryImage(stages: readonly Stage[], context: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'roundtrip-image-'));
  // The server of root's embedded PostgreSQL is another user, who has to pass through.
  await chmod(folder, 0o711);
  try {
    const app = join(await buildAsShell(stages, context, folder), 'app');
    const files = await ownFilesIn(app);
    return [
      ...files.filter((path) => path.includes('.test.')).map((path) => `the image holds the test ${path}`),
      ...(existsSync(join(app, 'node_modules/node')) ? ['the image holds a second Node'] : []),
      ...(await startFaults(app, stages.at(-1), folder)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startFaults(app: string, stage: Stage | undefined, folder: string): Promise<string[]> {
  const [program, ...words] = [...(stage?.entrypoint ?? []), ...(stage?.command ?? [])];
  if (program === undefined) return ['the image says not what it runs'];
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const environment = {
    PATH: pathWithThisNode(),
    HOME: folder,
    ...stage?.environment,
    HOST: '127.0.0.1',
    PORT: String(PORT),
    DATABASE_URL: postgres.databaseUrl,
    LOG_LEVEL: 'warn',
    STOP_DELAY_MS: '0',
  };
  const run = (command: string, ...more: string[]) =>
    spawn(command, more, { cwd: app, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const web = run(program, ...words);
    const ended = once(web, 'exit') as Promise<[number | null]>;
    const isReady = await Promise.race([becomesReady(), ended.then(() => false)]);
    web.kill(isReady ? 'SIGTERM' : 'SIGKILL');
    const [code] = await Promise.race([ended, pause(STOP_TIMEOUT_MS, [null] as const, { ref: false })]);
    if (code === null) web.kill('SIGKILL');

    // What "docker compose exec web roundtrip migrate" runs.
    const command = run(join(app, '../usr/local/bin/roundtrip'), 'migrate');
    const [commandCode] = (await once(command, 'exit')) as [number | null];
    return [
      ...(isReady ? [] : [`${program} ${words.join(' ')} does not become ready`]),
      ...(code === 0 ? [] : [`SIGTERM ends it with ${code ?? 'nothing'}`]),
      ...(commandCode === 0 ? [] : [`"roundtrip migrate" ends with ${commandCode ?? 'nothing'}`]),
    ];
  } finally {
    await postgres.stop();
  }
}

async function becomesReady(): Promise<boolean> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${PORT}/ready`).catch(() => undefined);
    if (response?.status === 200) return true;
    await pause(100);
  }
  return false;
}
