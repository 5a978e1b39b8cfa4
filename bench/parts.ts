import { findWrk } from './load/wrk.ts';
import { describeMachine, type BenchResults } from './report/results.ts';
import { runFairness } from './scenarios/fairness.ts';
import { FLOW_SCENARIOS, runFlow } from './scenarios/flows.ts';
import { runLone, runStarts } from './scenarios/lone.ts';
import type { RunLengths } from './scenarios/measure.ts';
import { runPdf } from './scenarios/pdf.ts';
import { Stage } from './scenarios/stage.ts';
import { compareWithYardsticks } from './scenarios/yardsticks.ts';
import { openDatabase, prepareDatabase } from './server/database.ts';
import { timeFlushes } from './server/disk.ts';
import { growShop } from './shop/load-shop.ts';
import { runStandby } from './standby/run-standby.ts';
import { ServerPair } from './standby/server-pair.ts';
import { findYardstick } from './yardsticks/pgbench.ts';

export const PARTS = ['yardsticks', ...FLOW_SCENARIOS, 'lone', 'fairness', 'start', 'pdf', 'soak', 'standby'] as const;
export type PartName = (typeof PARTS)[number];
/** What is run only when it is named: it takes long, or a second server. */
export const PARTS_APART: ReadonlySet<PartName> = new Set(['soak', 'standby']);

export interface BenchPlan {
  readonly parts: readonly PartName[];
  readonly quick: boolean;
  /** Orders in the shop, growing: the flows are run at each, everything else at the first. */
  readonly sizes: readonly number[];
  readonly serverUrl: string | undefined;
}

const FULL_LENGTHS: RunLengths = { warmUpSeconds: 3, runSeconds: 3, runs: 5 };
/**
 * For each million orders, more of warming up: what was loaded a moment ago lies on disk, and has been checkpointed,
 * while of a shop that is at work the pages that all use are in memory and have been changed before.
 */
const WARM_UP_SECONDS_PER_MILLION = 8;
const QUICK_LENGTHS: RunLengths = { warmUpSeconds: 1, runSeconds: 2, runs: 2 };
const FULL_ROUNDS = { rounds: 3, runSeconds: 3 };
const QUICK_ROUNDS = { rounds: 1, runSeconds: 2 };
const SOAK_LENGTHS: RunLengths = { warmUpSeconds: 10, runSeconds: 60, runs: 10 };

export async function runParts({ parts, quick, sizes, serverUrl }: BenchPlan): Promise<BenchResults> {
  const startedAt = performance.now();
  const lengths = quick ? QUICK_LENGTHS : FULL_LENGTHS;
  const wanted = new Set(parts);
  const machine = describeMachine();
  const pair = wanted.has('standby') ? await ServerPair.open() : undefined;
  const database = await (pair
    ? prepareDatabase(pair.primary.databaseUrl, 'embedded, with a standby', () => pair.stop())
    : openDatabase(serverUrl));
  const stage = await Stage.open(database);
  const cleanUp = async (): Promise<void> => {
    await stage.close();
    await database.stop();
  };
  // Cut short, it leaves neither servers nor gigabytes behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  try {
    const { name: yardstick, measure } = await findYardstick(database.databaseUrl);
    const results: BenchResults = {
      machine,
      database: database.facts,
      yardstick,
      load: findWrk() ?? 'own load (no wrk)',
      quick,
      durationSeconds: 0,
      flushes: await timeFlushes(stage.folder),
      loads: [],
      rounds: [],
      scenarios: [],
    };
    const say = (what: string): void => {
      console.log(`${Math.round((performance.now() - startedAt) / 1_000)} s: ${what}`);
    };
    for (const [index, size] of sizes.entries()) {
      say(`loading up to ${size} orders`);
      const load = await growShop(database, size);
      results.loads.push({ total: size, added: load.orders, seconds: load.seconds });
      await stage.startWeb();
      for (const flow of FLOW_SCENARIOS.filter((each) => wanted.has(each))) {
        say(`${flow} at ${size} orders`);
        results.scenarios.push(await runFlow(stage, flow, lengthsAt(size), size));
      }
      if (index === 0) await runOnce(size);
      await stage.stopWeb();
    }
    if (wanted.has('pdf')) {
      say('invoices as PDF');
      results.pdf = await runPdf(quick ? 500 : 10_000);
    }
    results.durationSeconds = (performance.now() - startedAt) / 1_000;
    return results;

    function lengthsAt(orders: number): RunLengths {
      const more = quick ? 0 : Math.round((WARM_UP_SECONDS_PER_MILLION * orders) / 1_000_000);
      return { ...lengths, warmUpSeconds: lengths.warmUpSeconds + more };
    }

    async function runOnce(size: number): Promise<void> {
      if (wanted.has('yardsticks')) {
        say('create and lifecycle beside the yardsticks');
        results.rounds.push(...(await compareWithYardsticks(stage, measure, lengths, size)));
      }
      if (wanted.has('lone')) results.lone = await runLone(stage, size);
      if (wanted.has('fairness')) results.fairness = await runFairness(stage, quick ? 3 : 10);
      if (wanted.has('start')) results.start = await runStarts(stage);
      if (wanted.has('soak')) results.soak = await runFlow(stage, 'mixed', SOAK_LENGTHS, size);
      if (!pair) return;
      say('a standby: waiting for it, reading from it, a primary killed');
      results.standby = await runStandby(stage, pair, measure, quick ? QUICK_ROUNDS : FULL_ROUNDS);
    }
  } finally {
    await cleanUp();
  }
}
