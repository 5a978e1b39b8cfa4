import type { Stage } from '../scenarios/stage.ts';
import type { Yardstick } from '../yardsticks/pgbench.ts';
import { runFailover, type FailoverResult } from './failover.ts';
import { measureReplica, type ReplicaResult } from './replica.ts';
import type { ServerPair } from './server-pair.ts';
import { measureWaiting, type WaitingLengths, type WaitingResult } from './waiting.ts';

/** What docs/scaling.md tells of a second server. */
export interface StandbyResult {
  readonly waiting: readonly WaitingResult[];
  readonly replica: ReplicaResult;
  readonly failover: FailoverResult;
}

/** The failover comes last: there is no primary after it to go back to. */
export async function runStandby(
  stage: Stage,
  pair: ServerPair,
  yardstick: Yardstick,
  lengths: WaitingLengths,
): Promise<StandbyResult> {
  const waiting = await measureWaiting(stage, pair, yardstick, lengths);
  const replica = await measureReplica(stage, pair, lengths);
  return { waiting, replica, failover: await runFailover(stage, pair) };
}
