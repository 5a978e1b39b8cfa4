import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Stage } from '../scenarios/stage.ts';
import { prepareDatabase, type BenchDatabase } from '../server/database.ts';
import { processesOf } from '../server/proc.ts';
import { startProcess, type ServerProcess } from '../server/process.ts';
import { DelayProxy } from './delay-proxy.ts';
import { FeedReader } from './feed-reader.ts';
import { Placing } from './placing.ts';
import { setUp } from './replication.ts';
import { portOf, type ServerPair } from './server-pair.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const ROUND_TRIP_MS = 2;
const PLACING_MS = 4_000;

export interface FailoverResult {
  /** Of orders with an answer: before the primary was killed, and after. */
  readonly placedBefore: number;
  readonly placedAfter: number;
  /** From the kill until the standby took writes. */
  readonly promotedAfterMs: number;
  /** The longest time without the answer to an order, which holds the kill. */
  readonly silentMs: number;
  /** Statuses that were no answer, and how often they came; 0: a connection to web broke. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Orders whose answer was lost with the primary, and came when they were sent again. */
  readonly replayed: number;
  readonly feedEvents: number;
  readonly audit: string;
}

/**
 * Kills the primary under load, with a synchronous standby, promotes that at once and moves the address.
 *
 * @throws Error when an order that was answered is not there once, the feed is not whole, or a chain is broken
 */
export async function runFailover(stage: Stage, pair: ServerPair): Promise<FailoverResult> {
  // One of its own: pgbench's orders have no chain to audit.
  const database = await prepareDatabase(pair.primary.databaseUrl, 'embedded', () => Promise.resolve(), 'failover');
  await setUp(pair, database, 'synchronous', ROUND_TRIP_MS);
  const address = await DelayProxy.open(portOf(pair.primary));
  const processes: ServerProcess[] = [];
  try {
    const url = address.through(database.databaseUrl);
    const common = { logFolder: stage.folder, environment: { DATABASE_URL: url, STOP_DELAY_MS: '0' } };
    const web = await startProcess({ ...common, name: 'web', portSetting: 'PORT', readyPath: '/ready' });
    processes.push(web);
    // It gives the events their places; nothing here is for a gateway.
    const environment = { ...common.environment, PAYMENT_GATEWAY_BASE_URL: 'http://127.0.0.1:9' };
    const worker = { ...common, environment, name: 'worker', portSetting: 'METRICS_PORT', readyPath: '/health' };
    processes.push(await startProcess(worker));
    return await failOver(web.url, { pair, database, address });
  } finally {
    for (const each of processes) await each.stop();
    await address.close();
    await database.stop();
  }
}

interface Scene {
  readonly pair: ServerPair;
  readonly database: BenchDatabase;
  readonly address: DelayProxy;
}

async function failOver(webUrl: string, { pair, database, address }: Scene): Promise<FailoverResult> {
  const placing = new Placing(webUrl);
  const feed = new FeedReader(webUrl);
  await pause(PLACING_MS);

  const processes = processesOf(database.postmasterPid ?? NaN);
  // Each leads a group of its own, and would live on for a moment without the first: a machine dies as one.
  for (const pid of processes) process.kill(pid, 'SIGKILL');
  const killedAt = performance.now();
  const standby = new pg.Client({ connectionString: pair.standby.databaseUrl });
  await standby.connect();
  await standby.query('SELECT pg_promote()');
  const promotedAfterMs = performance.now() - killedAt;
  address.moveTo(portOf(pair.standby));
  await standby.end();

  await pause(promotedAfterMs + PLACING_MS);
  await placing.stop();
  await feed.stopAfter(placing.placed.length);
  const newUrl = Object.assign(new URL(database.databaseUrl), { port: String(portOf(pair.standby)) }).href;
  await refuseLoss(newUrl, placing);
  refuseGaps(feed, placing);
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'audit'], {
    env: { ...process.env, DATABASE_URL: newUrl },
  });
  const after = placing.placed.filter(({ answeredAt }) => answeredAt > killedAt);
  return {
    placedBefore: placing.placed.length - after.length,
    placedAfter: after.length,
    promotedAfterMs,
    silentMs: longestGap(placing.placed.map(({ answeredAt }) => answeredAt)),
    unanswered: Object.fromEntries(placing.unanswered),
    replayed: placing.replayed,
    feedEvents: feed.seen.size,
    audit: stdout.trim(),
  };
}

async function refuseLoss(url: string, { placed }: Placing): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ number: string; id: string }>(
    'SELECT order_number AS number, id FROM orders ORDER BY id',
  );
  await client.end();
  const found = new Map(rows.map(({ number, id }) => [number, Number(id)]));
  const wrong = placed.filter(({ number, id }) => found.get(number) !== id);
  if (wrong.length > 0) throw new Error(`${wrong.length} answered orders are lost, such as ${wrong[0]?.number ?? ''}`);
  if (rows.length !== placed.length) throw new Error(`${rows.length} orders of ${placed.length} that were answered`);
}

function refuseGaps({ seen }: FeedReader, { placed }: Placing): void {
  const missing = placed.filter(({ id }) => seen.get(id) !== 1);
  if (missing.length > 0 || seen.size !== placed.length) {
    throw new Error(`the feed has ${seen.size} of ${placed.length} orders, ${missing.length} not once`);
  }
}

function longestGap(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, before) => time - (times[before] ?? time)));
}
