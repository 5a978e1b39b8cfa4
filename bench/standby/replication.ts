import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { median } from '../scenarios/measure.ts';
import type { BenchDatabase } from '../server/database.ts';
import { STANDBY_NAME, type ServerPair } from './server-pair.ts';

/** Whether commits wait for the standby, and whether there is one. */
export type Waiting = 'no standby' | 'asynchronous' | 'synchronous';

/** How far the standby is behind, as the primary knows it. PostgreSQL leaves the times out while nothing is written. */
interface Lag {
  readonly syncState: string;
  readonly flushMs: number | null;
  readonly replayMs: number | null;
  readonly bytes: number;
}

/** What was seen of it while something went on. */
export interface LagSummary {
  readonly looks: number;
  /** Each that there was: as it is meant to be, one. */
  readonly syncStates: readonly string[];
  readonly flushMs: number;
  readonly replayMs: number;
  readonly mostReplayMs: number;
  readonly mostBytes: number;
}

const CATCH_UP_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 10;
const SAMPLE_INTERVAL_MS = 100;
const COMMITS = 60;

const milliseconds = (column: string) => `(1000 * extract(epoch FROM ${column}))::float8`;
const LAG = `
  SELECT sync_state AS "syncState", ${milliseconds('flush_lag')} AS "flushMs",
         ${milliseconds('replay_lag')} AS "replayMs", pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 AS bytes
  FROM pg_stat_replication WHERE application_name = '${STANDBY_NAME}' AND state = 'streaming'`;

async function lagOf(database: BenchDatabase): Promise<Lag | undefined> {
  const [lag] = await database.query<Lag & pg.QueryResultRow>(LAG);
  return lag;
}

/** Has commits wait, or not, and the wire so long; answers once the primary says that it is so. */
export async function setUp(
  pair: ServerPair,
  database: BenchDatabase,
  waiting: Waiting,
  roundTripMs: number,
): Promise<void> {
  await database.query(`ALTER SYSTEM SET synchronous_standby_names = '${waiting === 'synchronous' ? '*' : ''}'`);
  await database.query('SELECT pg_reload_conf()');
  if (waiting === 'no standby') {
    await pair.stopStandby();
    return;
  }
  await pair.startStandby();
  pair.wire.delayMs = roundTripMs / 2;
  await untilCaughtUp(database, waiting === 'synchronous' ? 'sync' : 'async');
}

export async function untilCaughtUp(database: BenchDatabase, syncState: string): Promise<void> {
  const deadline = performance.now() + CATCH_UP_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const lag = await lagOf(database);
    if (lag?.syncState === syncState && lag.bytes === 0) return;
    await pause(POLL_INTERVAL_MS);
  }
  throw new Error(`the standby is not ${syncState} and caught up within a minute`);
}

/** Looks at the lag ten times a second while something goes on. */
export async function whileWatching<Result>(
  database: BenchDatabase,
  work: () => Promise<Result>,
): Promise<{ result: Result; lag: LagSummary }> {
  const lags: Lag[] = [];
  const state = { done: false };
  const watch = async (): Promise<void> => {
    while (!state.done) {
      const lag = await lagOf(database);
      if (lag) lags.push(lag);
      await pause(SAMPLE_INTERVAL_MS);
    }
  };
  const watching = watch();
  try {
    const result = await work();
    return { result, lag: summaryOf(lags) };
  } finally {
    state.done = true;
    await watching;
  }
}

function summaryOf(lags: readonly Lag[]): LagSummary {
  const replayMs = lags.flatMap((lag) => lag.replayMs ?? []);
  return {
    looks: lags.length,
    syncStates: [...new Set(lags.map(({ syncState }) => syncState))],
    flushMs: median(lags.flatMap((lag) => lag.flushMs ?? [])),
    replayMs: median(replayMs),
    mostReplayMs: Math.max(...replayMs),
    mostBytes: Math.max(...lags.map(({ bytes }) => bytes)),
  };
}

/** Of one row, committed by itself on an idle server: the middle one. */
export async function commitMs(databaseUrl: string): Promise<number> {
  return medianMs(databaseUrl, 'INSERT INTO bench_commits DEFAULT VALUES');
}

/** Of a question to the server and its answer, down the wire. */
export async function roundTripMs({ wire, primary }: ServerPair): Promise<number> {
  return medianMs(wire.through(primary.databaseUrl), 'SELECT 1');
}

async function medianMs(databaseUrl: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const times: number[] = [];
    for (let commit = 0; commit < COMMITS; commit += 1) {
      const startedAt = performance.now();
      await client.query(statement);
      times.push(performance.now() - startedAt);
    }
    return median(times);
  } finally {
    await client.end();
  }
}
