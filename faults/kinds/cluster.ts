import { setTimeout as delay } from 'node:timers/promises';
import type { RabbitNode } from '../world/rabbit/node.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './kind.ts';
import { untilReadySays } from './ready.ts';

/** For the others to lead and serve the queues. */
const WITHOUT_ONE_MS = 8_000;
/** Longer than the others wait for it. */
const FROZEN_MS = 40_000;
const APART_MS = 10_000;
const WITHOUT_MOST_MS = 10_000;

/** One node comes back before the next is lost, but where losing more than one is the fault. */
export const clusterKinds: readonly FaultKind[] = [
  {
    name: 'the node that leads the queues killed, and another after it',
    strike: async ({ world }) => {
      for (let times = 1; times <= 2; times += 1) {
        await without(world, await world.cluster.leader(), 'killed');
      }
    },
  },
  {
    name: 'each node killed in turn',
    strike: async ({ world, random }) => {
      for (const node of random.shuffled(world.cluster.nodes)) await without(world, node, 'killed');
    },
  },
  {
    name: 'the node that leads the queues stopped in good order',
    strike: async ({ world }) => {
      await without(world, await world.cluster.leader(), 'stopped');
    },
  },
  {
    name: 'the node that leads the queues frozen',
    strike: async ({ world }) => {
      const node = await world.cluster.leader();
      const since = await now(world);
      node.freeze();
      await delay(FROZEN_MS);
      await tellGap(world, 'frozen', since);
      node.thaw();
      // The others have gone on without it, and it serves whoever comes, apart from them, until it is started anew.
      await delay(APART_MS);
      await node.stop('SIGKILL');
      await node.start();
      await world.cluster.untilWhole();
    },
  },
  {
    name: 'two of three nodes killed',
    strike: async ({ world, random }) => {
      const [first, second] = random.shuffled(world.cluster.nodes);
      if (!first || !second) throw new Error('the cluster has no two nodes');
      const since = await now(world);
      await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
      await untilReadySays(world, 'degraded');
      await delay(WITHOUT_MOST_MS);
      await tellGap(world, 'without two nodes', since);
      const backSince = await now(world);
      await first.start();
      await untilReadySays(world, 'ready');
      await delay(WITHOUT_ONE_MS);
      await tellGap(world, 'a second node started again', backSince);
      await second.start();
      await world.cluster.untilWhole();
    },
  },
  {
    name: 'all three nodes killed',
    strike: async ({ world }) => {
      await Promise.all(world.cluster.nodes.map((node) => node.stop('SIGKILL')));
      await untilReadySays(world, 'degraded');
      await world.cluster.startAll();
      await world.cluster.untilWhole();
    },
  },
];

async function without(world: World, node: RabbitNode, how: 'killed' | 'stopped'): Promise<void> {
  const since = await now(world);
  await node.stop(how === 'killed' ? 'SIGKILL' : 'SIGTERM');
  await delay(WITHOUT_ONE_MS);
  await tellGap(world, how, since);
  await node.start();
  await world.cluster.untilWhole();
}

async function now(world: World): Promise<Date> {
  const [row] = await world.books.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (!row) throw new Error('the database tells no time');
  return row.now;
}

/** How much of the time since then no job was done; customers go on causing some all the time. */
async function tellGap(world: World, what: string, since: Date): Promise<void> {
  const [row] = await world.books.query<{ longest: number; all: number; jobs: number }>(
    `SELECT extract(epoch FROM max(at - before))::float AS longest, count(*) - 2 AS jobs,
            coalesce(extract(epoch FROM sum(at - before) FILTER (WHERE at - before > interval '1 s'))::float, 0) AS all
     FROM (SELECT at, lag(at) OVER (ORDER BY at) AS before
           FROM (SELECT updated_at AS at FROM jobs WHERE state = 'DONE' AND updated_at > $1
                 UNION ALL VALUES ($1::timestamptz), (clock_timestamp())) AS moments) AS steps`,
    [since],
  );
  if (!row) throw new Error('the database tells nothing of its jobs');
  const { longest, all, jobs } = row;
  const pauses = `no job was done for ${longest.toFixed(1)} s at a time, ${all.toFixed(1)} s in pauses of over a second`;
  const text = `${what}: ${pauses}; ${jobs} were done`;
  world.note(text);
  console.log(`     ${text}`);
}
