import pg from 'pg';
import type { FlowName } from '../load/flows.ts';
import { openLoad } from '../load/load.ts';
import { measure, type Run } from '../scenarios/measure.ts';
import type { Stage } from '../scenarios/stage.ts';
import type { BenchDatabase } from '../server/database.ts';
import { cpuSecondsOf, parentOf } from '../server/proc.ts';
import { startProcess } from '../server/process.ts';
import { setUp, untilCaughtUp, whileWatching, type LagSummary } from './replication.ts';
import type { ServerPair } from './server-pair.ts';
import type { WaitingLengths } from './waiting.ts';

const READS = ['read', 'list', 'customer', 'sku', 'timeline'] as const satisfies readonly FlowName[];
const WRITES = ['create', 'lifecycle'] as const satisfies readonly FlowName[];
const CONNECTIONS = 64;

/** What a replica does of what the primary takes. CPU in seconds for a thousand operations. */
export interface FollowingResult {
  readonly flow: FlowName;
  readonly operationsPerSecond: number;
  readonly lag: LagSummary;
  /** From the last answer until the standby had all of it. */
  readonly caughtUpAfterMs: number;
  readonly replayCpuPerThousand: number;
  readonly receiverCpuPerThousand: number;
  readonly primaryCpuPerThousand: number;
  readonly walBytesPerOperation: number;
  /** Of a heap of operations that waited on the standby, nothing else going on. */
  readonly replayedPerSecond: number;
}

export interface ReadingResult {
  readonly flow: FlowName;
  readonly onPrimary: Run[];
  readonly onStandby: Run[];
}

export interface ReplicaResult {
  readonly following: readonly FollowingResult[];
  readonly reading: readonly ReadingResult[];
}

/** A standby that nobody waits for, next door. */
export async function measureReplica(stage: Stage, pair: ServerPair, lengths: WaitingLengths): Promise<ReplicaResult> {
  await setUp(pair, stage.database, 'asynchronous', 0);
  const standby = await openStandby(pair, stage.database.databaseUrl);
  try {
    const following: FollowingResult[] = [];
    for (const flow of WRITES) following.push(await follow(stage, standby, flow, lengths.rounds * lengths.runSeconds));
    return { following, reading: await readFromBoth(stage, standby, lengths) };
  } finally {
    await standby.stop();
  }
}

async function openStandby(pair: ServerPair, primaryUrl: string): Promise<BenchDatabase> {
  const { port } = new URL(pair.standby.databaseUrl);
  const databaseUrl = Object.assign(new URL(primaryUrl), { port }).href;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>(text, [...values])).rows;
  const [backend] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmasterPid = parentOf(backend?.pid ?? 0, 'postgres');
  return { databaseUrl, postmasterPid, facts: {}, query, stop: () => client.end() };
}

async function follow(stage: Stage, standby: BenchDatabase, flow: FlowName, seconds: number): Promise<FollowingResult> {
  const { database } = stage;
  const [replay, receiver] = [await processOf(standby, 'startup'), await processOf(standby, 'walreceiver')];
  const load = await openLoad({
    url: stage.web.url,
    flow,
    connections: CONNECTIONS,
    sample: await stage.sample(),
  });
  try {
    await load.run(2);
    await untilCaughtUp(database, 'async');
    const read = async () => ({
      replay: cpuSecondsOf(replay),
      receiver: cpuSecondsOf(receiver),
      primary: stage.cpu().database ?? NaN,
      wal: await walPosition(database),
    });
    const before = await read();
    const { result, lag } = await whileWatching(database, () => load.run(seconds));
    const endedAt = performance.now();
    await untilCaughtUp(database, 'async');
    const caughtUpAfterMs = performance.now() - endedAt;
    const after = await read();
    const perThousand = (part: 'replay' | 'receiver' | 'primary') =>
      (1_000 * (after[part] - before[part])) / result.operations;
    return {
      flow,
      operationsPerSecond: result.operations / result.durationSeconds,
      lag,
      caughtUpAfterMs,
      replayCpuPerThousand: perThousand('replay'),
      receiverCpuPerThousand: perThousand('receiver'),
      primaryCpuPerThousand: perThousand('primary'),
      walBytesPerOperation: (after.wal - before.wal) / result.operations,
      replayedPerSecond: await replayHeap(),
    };
  } finally {
    await load.close();
  }

  /** The standby keeps what it gets and replays none of it, until the load is over. */
  async function replayHeap(): Promise<number> {
    await standby.query('SELECT pg_wal_replay_pause()');
    const { operations } = await load.run(seconds);
    await untilReceived(database);
    const startedAt = performance.now();
    await standby.query('SELECT pg_wal_replay_resume()');
    await untilCaughtUp(database, 'async');
    return operations / ((performance.now() - startedAt) / 1_000);
  }
}

async function processOf(standby: BenchDatabase, kind: string): Promise<number> {
  const [found] = await standby.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE backend_type = $1', [
    kind,
  ]);
  if (!found) throw new Error(`the standby has no ${kind}`);
  return found.pid;
}

async function walPosition(database: BenchDatabase): Promise<number> {
  const [at] = await database.query<{ bytes: number }>(
    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS bytes",
  );
  return at?.bytes ?? NaN;
}

async function untilReceived(database: BenchDatabase): Promise<void> {
  for (;;) {
    const [at] = await database.query<{ received: boolean }>(
      'SELECT flush_lsn >= pg_current_wal_flush_lsn() AS received FROM pg_stat_replication',
    );
    if (at?.received) return;
  }
}

/** The same web twice, once on each server, in turns. Nothing is written meanwhile. */
async function readFromBoth(
  stage: Stage,
  standby: BenchDatabase,
  { rounds, runSeconds }: WaitingLengths,
): Promise<readonly ReadingResult[]> {
  const service = await startProcess({
    name: 'web',
    environment: { DATABASE_URL: standby.databaseUrl, STOP_DELAY_MS: '0' },
    portSetting: 'PORT',
    // It never says that it is ready: it cannot take orders.
    readyPath: '/health',
    logFolder: stage.folder,
  });
  const common = { sample: await stage.sample(), orders: 0, warmUpSeconds: 1, runSeconds, runs: 1 };
  const results = READS.map((flow): ReadingResult => ({ flow, onPrimary: [], onStandby: [] }));
  try {
    const onStandby = stage.withWebOf(service, standby);
    for (let round = 0; round < rounds; round += 1) {
      for (const result of results) {
        result.onPrimary.push(...(await measure({ ...common, stage, flow: result.flow })).runs);
        result.onStandby.push(...(await measure({ ...common, stage: onStandby, flow: result.flow })).runs);
      }
    }
    return results;
  } finally {
    await service.stop();
  }
}
