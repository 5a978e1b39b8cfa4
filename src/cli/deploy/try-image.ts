import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { buildAsShell, ownFilesIn, pathWithThisNode } from './build-as-shell.ts';
import type { Stage } from './dockerfile.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const PORT = 18_473;
/** As in compose.yaml, whose owner's database it is. */
const APP_ROLE = 'roundtrip_app';

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
    APP_ROLE_PASSWORD: randomUUID(),
    LOG_LEVEL: 'warn',
    STOP_DELAY_MS: '0',
  };
  const run = (databaseUrl: string, command: string, ...more: string[]) =>
    spawn(command, more, {
      cwd: app,
      env: { ...environment, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    // What the composition runs before web, and whoever adds a person or looks at the audit runs beside it.
    const command = join(app, '../usr/local/bin/roundtrip');
    const migrates = run(postgres.databaseUrl, command, 'migrate', '--app-role', APP_ROLE);
    const [migrateCode] = (await once(migrates, 'exit')) as [number | null];

    const asRole = await urlAsRole(postgres.databaseUrl);
    const web = run(asRole.href, program, ...words);
    const ended = once(web, 'exit') as Promise<[number | null]>;
    const isReady = await Promise.race([becomesReady(), ended.then(() => false)]);
    web.kill(isReady ? 'SIGTERM' : 'SIGKILL');
    const [code] = await Promise.race([ended, pause(STOP_TIMEOUT_MS, [null] as const, { ref: false })]);
    if (code === null) web.kill('SIGKILL');
    return [
      ...(migrateCode === 0 ? [] : [`"roundtrip migrate --app-role" ends with ${migrateCode ?? 'nothing'}`]),
      ...(isReady ? [] : [`${program} ${words.join(' ')} does not become ready`]),
      ...(code === 0 ? [] : [`SIGTERM ends it with ${code ?? 'nothing'}`]),
    ];
  } finally {
    await postgres.stop();
  }
}

/** The embedded server lets in its owner alone, who is the role from then on. */
async function urlAsRole(databaseUrl: string): Promise<URL> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(`GRANT ${APP_ROLE} TO CURRENT_USER`);
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c role=${APP_ROLE}`);
  return url;
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
