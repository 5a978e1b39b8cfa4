import { median, type Run } from '../scenarios/measure.ts';
import type { StandbyResult } from '../standby/run-standby.ts';
import { figureOf } from './figures.ts';

const rates = (runs: readonly Run[]) => {
  const { median: middle, least, most } = figureOf(runs.map(({ operationsPerSecond }) => operationsPerSecond));
  return `${Math.round(middle)} (${Math.round(least)}-${Math.round(most)})`;
};
const of = (runs: readonly Run[], figure: 'p50Ms' | 'p99Ms') => median(runs.map((run) => run[figure])).toFixed(1);

/** Three tables and what came of the failover, on the terminal: what docs/scaling.md is written from. */
export function printStandby({ waiting, replica, failover }: StandbyResult): void {
  console.table(
    waiting.map((each) => ({
      waiting: each.waiting,
      'wire, ms': median(each.foundRoundTripMs).toFixed(1),
      'commit, ms': median(each.commitMs).toFixed(2),
      pgbench: Math.round(median(each.pgbench)),
      'create, 64': rates(each.create64),
      'p50, p99': `${of(each.create64, 'p50Ms')}, ${of(each.create64, 'p99Ms')}`,
      'create, 256': rates(each.create256),
      'p50, p99 of 256': `${of(each.create256, 'p50Ms')}, ${of(each.create256, 'p99Ms')}`,
      'lone p50': median(each.lone.map(({ p50Ms }) => p50Ms)).toFixed(2),
    })),
  );
  console.table(
    replica.following.map((each) => ({
      flow: each.flow,
      'per second': Math.round(each.operationsPerSecond),
      'replay lag p50, most, ms': `${each.lag.replayMs.toFixed(1)}, ${each.lag.mostReplayMs.toFixed(1)}`,
      'most bytes behind': each.lag.mostBytes,
      'caught up after, ms': Math.round(each.caughtUpAfterMs),
      'CPU replay': each.replayCpuPerThousand.toFixed(3),
      'CPU receiver': each.receiverCpuPerThousand.toFixed(3),
      'CPU primary': each.primaryCpuPerThousand.toFixed(3),
      'WAL bytes': Math.round(each.walBytesPerOperation),
      'replayed a second': Math.round(each.replayedPerSecond),
    })),
  );
  console.table(
    replica.reading.map(({ flow, onPrimary, onStandby }) => ({
      flow,
      primary: rates(onPrimary),
      standby: rates(onStandby),
      'CPU on the primary': median(onPrimary.map((run) => run.databaseCpuPerThousand ?? NaN)).toFixed(3),
      'CPU on the standby': median(onStandby.map((run) => run.databaseCpuPerThousand ?? NaN)).toFixed(3),
    })),
  );
  console.log('failover:', failover);
}
