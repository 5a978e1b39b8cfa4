import { measure, median, type ScenarioResult } from './measure.ts';
import type { Stage } from './stage.ts';

const STARTS = 5;

/** One connection, one request at a time, and nothing else going on. */
export async function runLone(stage: Stage, orders: number): Promise<ScenarioResult> {
  const sample = await stage.sample();
  return measure({ stage, flow: 'create', sample, orders, connections: 1, warmUpSeconds: 1, runSeconds: 2, runs: 3 });
}

export interface StartResult {
  /** Of each start: from the process to its first 200 on /ready. */
  readonly readyAfterMs: readonly number[];
  readonly medianMs: number;
}

/** How long web takes to be ready on a database that is there. */
export async function runStarts(stage: Stage): Promise<StartResult> {
  const readyAfterMs: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    await stage.stopWeb();
    readyAfterMs.push((await stage.startWeb()).readyAfterMs);
  }
  return { readyAfterMs, medianMs: median(readyAfterMs) };
}
