import type { ScenarioResult } from '../scenarios/measure.ts';
import { figureOf, figureOfRuns, inDigits, withRange } from './figures.ts';
import type { BenchResults } from './results.ts';

/** What was set out to be reached, and what was found. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
  /** Undefined: told for comparison, no target. */
  readonly met: boolean | undefined;
}

const MILLION = 1_000_000;

export function targetsOf(results: BenchResults): Target[] {
  const { rounds, scenarios, lone, fairness, start, pdf, soak } = results;
  const at = (scenario: string, orders: number) =>
    scenarios.find((each) => each.scenario === scenario && each.orders === orders);
  const targets: Target[] = [];
  const add = (what: string, wanted: string, found: string, met?: boolean): void => {
    targets.push({ what, wanted, found, met });
  };

  if (rounds.length > 0) {
    const ratio = (of: (round: (typeof rounds)[number]) => number) => figureOf(rounds.map(of));
    const create = ratio((round) => round.create.operationsPerSecond / round.pgbench);
    const bare = ratio((round) => round.create.operationsPerSecond / round.pgbenchWithoutJob);
    const plain = ratio((round) => round.create.operationsPerSecond / round.plain.operationsPerSecond);
    const commands = ratio((round) => (5 * round.lifecycle.operationsPerSecond) / round.pgbench);
    const p99 = ratio((round) => round.create.p99Ms);
    add('create / pgbench', 'at least 1.3', withRange(create, 2), create.median >= 1.3);
    add('create / pgbench without the job row', '', withRange(bare, 2));
    add('create / plain service', 'at least 8', withRange(plain, 1), plain.median >= 8);
    add('create, p99 at 64 connections', 'under 25 ms', `${withRange(p99, 1)} ms`, p99.median < 25);
    add('lifecycle commands / pgbench', 'at least 1.0', withRange(commands, 2), commands.median >= 1);
    const read = ratio((round) => round.read.operationsPerSecond / round.plainRead.operationsPerSecond);
    add('read one order / plain service', '', withRange(read, 1));
  }
  const rate = (scenario: string, orders: number, least: number): void => {
    const result = at(scenario, orders);
    if (!result) return;
    const figure = figureOfRuns(result, (run) => run.operationsPerSecond);
    add(
      `${scenario} at ${inDigits(orders, 0)} orders`,
      `at least ${inDigits(least, 0)}/s`,
      `${withRange(figure)}/s`,
      figure.median >= least,
    );
  };
  rate('return', 10_000, 300);
  rate('read', MILLION, 12_000);
  rate('list', MILLION, 3_000);
  for (const scenario of ['list', 'customer', 'sku', 'timeline']) {
    const million = at(scenario, MILLION);
    const more = at(scenario, 5 * MILLION);
    if (!million) continue;
    const p99 = p99Of(million);
    add(`${scenario}, p99 at a million orders`, 'under 30 ms', `${inDigits(p99, 1)} ms`, p99 < 30);
    if (!more) continue;
    const factor = p99Of(more) / p99;
    add(`${scenario}, p99 at five million / at one`, 'at most 1.3', inDigits(factor, 2), factor <= 1.3);
  }
  for (const scenario of ['create', 'lifecycle']) {
    const [few, many] = [at(scenario, 10_000), at(scenario, 5 * MILLION)];
    if (!few || !many) continue;
    const kept = rateOf(many) / rateOf(few);
    add(`${scenario} at five million orders / at ten thousand`, 'at least 0.85', inDigits(kept, 2), kept >= 0.85);
    add("the same, with web's CPU as the clock", '', inDigits(webCoresUsed(many) / webCoresUsed(few), 2));
  }
  const million = results.loads.find(({ total }) => total === MILLION);
  if (million) {
    const seconds = (million.seconds * MILLION) / million.added;
    add('loading a million orders', 'under 180 s', `${inDigits(seconds, 0)} s`, seconds < 180);
  }
  if (lone) {
    const p50 = figureOfRuns(lone, (run) => run.p50Ms);
    add('one create, alone, p50', 'under 3 ms', `${withRange(p50, 2)} ms`, p50.median < 3);
  }
  if (fairness) {
    const { p99Ms } = fairness.small;
    add('small creates beside a flood of 2,000 lines, p99', 'under 100 ms', `${inDigits(p99Ms, 0)} ms`, p99Ms < 100);
  }
  if (start)
    add('web, start to ready', 'under 1.5 s', `${inDigits(start.medianMs / 1_000, 2)} s`, start.medianMs < 1_500);
  if (pdf) {
    const { onePage, manyLines } = pdf;
    add('one-page invoices a core', 'at least 150/s', `${inDigits(onePage.perSecond, 0)}/s`, onePage.perSecond >= 150);
    add('an invoice of 675 lines', 'under 400 ms', `${inDigits(manyLines.medianMs, 0)} ms`, manyLines.medianMs < 400);
  }
  const memory = (what: string, mebibytes: readonly number[]): void => {
    const most = Math.max(...mebibytes);
    if (Number.isFinite(most)) add(`web, ${what}`, 'under 200 MiB', `${inDigits(most, 0)} MiB`, most < 200);
  };
  memory(
    'most memory in any of these runs',
    scenarios.map(({ webMebibytesAtEnd }) => webMebibytesAtEnd),
  );
  memory('most memory in ten minutes of the mixed day', soak?.runs.map(({ webMebibytes }) => webMebibytes) ?? []);
  const [, second, ...later] = (soak?.runs ?? []).map(({ webMebibytes }) => webMebibytes);
  const last = later.at(-1);
  if (second !== undefined && last !== undefined) {
    const factor = last / second;
    add("web's memory in the tenth minute / in the second", 'at most 1.05', inDigits(factor, 2), factor <= 1.05);
  }
  return targets;
}

function rateOf(result: ScenarioResult): number {
  return figureOfRuns(result, (run) => run.operationsPerSecond).median;
}

/**
 * What web does for an order is the same in a shop of any size: where it takes more CPU for each, the machine has become
 * slower meanwhile. Taken together with the rate, only waiting for the database is left.
 */
function webCoresUsed(result: ScenarioResult): number {
  return figureOfRuns(result, (run) => (run.operationsPerSecond * run.webCpuPerThousand) / 1_000).median;
}

function p99Of(result: ScenarioResult): number {
  return figureOfRuns(result, (run) => run.p99Ms).median;
}
