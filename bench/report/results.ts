import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Flushes } from '../server/disk.ts';
import type { PdfResult } from '../pdf/main.ts';
import type { FairnessResult } from '../scenarios/fairness.ts';
import type { StartResult } from '../scenarios/lone.ts';
import type { ScenarioResult } from '../scenarios/measure.ts';
import type { StandbyResult } from '../standby/run-standby.ts';
import type { Round } from '../scenarios/yardsticks.ts';

/** All that one `npm run bench` found: what bench/results/*.json holds. */
export interface BenchResults {
  readonly machine: Machine;
  readonly database: Readonly<Record<string, string>>;
  /** pgbench and its version, or what stood in for it. */
  readonly yardstick: string;
  /** wrk and its version, or what stood in for it; flows of many steps are always walked by our own. */
  readonly load: string;
  readonly quick: boolean;
  durationSeconds: number;
  /** Of this machine's disk, which the embedded PostgreSQL is on; runs from before it was measured have none. */
  readonly flushes?: Flushes;
  readonly loads: LoadedShop[];
  readonly rounds: Round[];
  readonly scenarios: ScenarioResult[];
  fairness?: FairnessResult;
  lone?: ScenarioResult;
  start?: StartResult;
  pdf?: PdfResult;
  soak?: ScenarioResult;
  standby?: StandbyResult;
}

export interface LoadedShop {
  /** In the shop afterwards. */
  readonly total: number;
  readonly added: number;
  readonly seconds: number;
}

export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before: on a quiet machine next to none. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}
