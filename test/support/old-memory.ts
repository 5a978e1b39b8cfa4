import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const WARM_UP_TIMES = 10;
const TIMES = 20;

/** Does something thirty times and answers with how many MiB the last twenty left in old memory. */
export async function mebibytesLeftBy(work: () => unknown): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  let left = 0;
  for (let times = -WARM_UP_TIMES; times < TIMES; times += 1) {
    const before = oldMebibytes();
    await work();
    await nextTurn();
    // What is still reachable moves to old memory with the second.
    for (let collections = 0; collections < 2; collections += 1) collect({ type: 'minor' });
    // Less than before: there was a large collection.
    if (times >= 0) left += Math.max(0, oldMebibytes() - before);
  }
  return left;
}

function oldMebibytes(): number {
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  return (old?.space_used_size ?? NaN) / 2 ** 20;
}
