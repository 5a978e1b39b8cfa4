import { measure, type Run } from '../scenarios/measure.ts';
import type { Stage } from '../scenarios/stage.ts';
import type { SampleFiles } from '../load/sample.ts';
import type { Yardstick } from '../yardsticks/pgbench.ts';
import { commitMs, roundTripMs, setUp, whileWatching, type LagSummary, type Waiting } from './replication.ts';
import type { ServerPair } from './server-pair.ts';

export interface WaitingLengths {
  readonly rounds: number;
  readonly runSeconds: number;
}

/** What was found with the standby so far away; a figure for each round. */
export interface WaitingResult {
  readonly waiting: Waiting;
  /** As it was asked for; `foundRoundTripMs` is what a question down the wire took. */
  readonly roundTripMs: number;
  readonly foundRoundTripMs: number[];
  /** Of a commit by itself. */
  readonly commitMs: number[];
  /** Orders a second, over 32 connections. */
  readonly pgbench: number[];
  readonly create64: Run[];
  readonly create256: Run[];
  readonly lone: Run[];
  /** As the primary said while create was run at 64 connections. */
  readonly lags: LagSummary[];
}

const SET_UPS: readonly (readonly [Waiting, number])[] = [
  ['no standby', 0],
  ['asynchronous', 0],
  ['synchronous', 0],
  ['synchronous', 2],
  ['synchronous', 20],
];

/** All set-ups in each round, one after the other, so that a machine that slows down does so for all. */
export async function measureWaiting(
  stage: Stage,
  pair: ServerPair,
  yardstick: Yardstick,
  { rounds, runSeconds }: WaitingLengths,
): Promise<readonly WaitingResult[]> {
  const { database } = stage;
  await database.query('CREATE TABLE bench_commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
  const sample = await stage.sample();
  const results = SET_UPS.map(([waiting, milliseconds]): WaitingResult => ({
    waiting,
    roundTripMs: milliseconds,
    foundRoundTripMs: [],
    commitMs: [],
    pgbench: [],
    create64: [],
    create256: [],
    lone: [],
    lags: [],
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const result of results) {
      await setUp(pair, database, result.waiting, result.roundTripMs);
      const create = (connections: number): Promise<Run> => createOnce(stage, sample, connections, runSeconds);
      if (result.waiting !== 'no standby') result.foundRoundTripMs.push(await roundTripMs(pair));
      result.commitMs.push(await commitMs(database.databaseUrl));
      result.pgbench.push(await yardstick('order', runSeconds));
      const watched = await whileWatching(database, () => create(64));
      result.create64.push(watched.result);
      result.lags.push(watched.lag);
      result.create256.push(await create(256));
      result.lone.push(await create(1));
      refuseOther(result);
    }
  }
  await setUp(pair, database, 'asynchronous', 0);
  return results;
}

async function createOnce(stage: Stage, sample: SampleFiles, connections: number, runSeconds: number): Promise<Run> {
  const lengths = { warmUpSeconds: 1, runSeconds, runs: 1 };
  const { runs } = await measure({ ...lengths, stage, flow: 'create', sample, orders: 0, connections });
  const [run] = runs;
  if (!run) throw new Error('create was not run');
  return run;
}

/** What was measured must be what it is called. */
function refuseOther({ waiting, lags }: WaitingResult): void {
  const wanted = { 'no standby': '', asynchronous: 'async', synchronous: 'sync' }[waiting];
  const found = lags.map(({ syncStates }) => syncStates.join());
  if (found.some((states) => states !== wanted)) {
    throw new Error(`while "${waiting}" was measured the standby was "${found.join()}"`);
  }
}
