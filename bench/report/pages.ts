import { readFile, writeFile } from 'node:fs/promises';
import type { Run, ScenarioResult } from '../scenarios/measure.ts';
import { figureOf, figureOfRuns, inDigits, markdownTable, withRange } from './figures.ts';
import { growthPicture } from './picture.ts';
import type { BenchResults } from './results.ts';
import { targetsOf } from './targets.ts';

const FULL = new URL('../results/full.json', import.meta.url);
/** A run of fewer orders that came after the full one. */
const FEW = new URL('../results/few.json', import.meta.url);
const SOAK = new URL('../results/soak.json', import.meta.url);
const PAGE = new URL('../../docs/performance.md', import.meta.url);
const PICTURE = new URL('../../docs/images/growth.svg', import.meta.url);

/** Writes docs/performance.md and its picture from the results of the full run, with those of the soak where there are. */
export async function writePages(): Promise<void> {
  const full = await readResults(FULL);
  if (!full) throw new Error('bench/results has no full.json');
  const soaked = await readResults(SOAK);
  const results = { ...full, ...(soaked?.soak ? { soak: soaked.soak } : {}) };
  await writeFile(PAGE, performancePage(results, soaked?.machine.commit, await readResults(FEW)));
  await writeFile(PICTURE, growthPicture(results));
}

async function readResults(file: URL): Promise<BenchResults | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as BenchResults);
}

/** @param soakedCommit what the soak was of, which is a run of its own */
function performancePage(
  results: BenchResults,
  soakedCommit: string | undefined,
  few: BenchResults | undefined,
): string {
  const { loads, pdf, soak } = results;
  const loaded = loads
    .map(({ added, seconds }) => `${inDigits(added, 0)} orders in ${inDigits(seconds, 0)} s`)
    .join(', ');
  return [
    '# How fast, and how we know',
    '',
    'Made by `npm run bench` from `bench/results/full.json`; do not edit. Medians of the runs, with the least and the most in brackets, after warming up for three seconds and eight more for each million orders. The load, in a process of its own, shares the cores with what it measures: by wrk, where it is installed, if a flow is the same request over and over, else by our own; PostgreSQL is as durable as it is by default.',
    '',
    ranOn(results),
    '',
    '## What it must reach',
    '',
    targetsTable(results),
    '',
    'pgbench writes the rows of an order of three lines, and a job, as one statement in a transaction of its own, over 32 connections; the plain service (`bench/yardsticks/plain-service.ts`) does BEGIN, four INSERTs and COMMIT for each request that writes, and one SELECT a table for each that reads. Both work on the same tables of the same database as ours, in turns with ours.',
    ...machineNote(results),
    '',
    '## Every scenario',
    '',
    scenariosTable(results),
    '',
    'CPU: seconds for a thousand operations; others are worker and gateway, where they have work. An operation of `lifecycle` is five requests, create to deliver; one of `return` is five requests and the refund settled. Latencies are of single requests, at 64 connections, as measured: what wrk adds to them, for a client that does not wait for its answers, is taken away.',
    '',
    '![Operations a second as the shop grows](images/growth.svg)',
    '',
    `Loading: ${loaded}, each with three lines and its history.`,
    ...(pdf
      ? [
          '',
          `Memory while drawing ${inDigits(pdf.onePage.invoices, 0)} invoices, after each tenth: ${pdf.mebibytes.map((each) => inDigits(each, 0)).join(', ')} MiB.`,
        ]
      : []),
    ...(soak
      ? [
          '',
          `Ten minutes of the mixed day, in a run of its own (commit ${soakedCommit ?? 'unknown'}): ${withRange(figureOfRuns(soak, (run) => run.operationsPerSecond))} requests a second; web had ${inDigits(soak.webMebibytesAtStart, 0)} MiB at its start and, after each minute, ${soak.runs.map(({ webMebibytes }) => inDigits(webMebibytes, 0)).join(', ')}.`,
        ]
      : []),
    ...(few ? fewSection(few) : []),
    '',
  ].join('\n');
}

function fewSection(few: BenchResults): string[] {
  return [
    '',
    `## Of a later commit, at ${few.loads.map(({ total }) => inDigits(total, 0)).join(' and ')} orders`,
    '',
    ranOn(few),
    '',
    targetsTable(few),
    ...machineNote(few),
    '',
    scenariosTable(few),
  ];
}

function ranOn({ machine, database, yardstick, load, durationSeconds }: BenchResults): string {
  return `${machine.date}, commit ${machine.commit}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGibibytes} GiB, Linux ${machine.kernel}, Node ${machine.node}, PostgreSQL ${database['server_version'] ?? '?'} (${database['server'] ?? '?'}; fsync ${database['fsync'] ?? '?'}, synchronous_commit ${database['synchronous_commit'] ?? '?'}), ${yardstick}, ${load}. The machine's load in the minute before was ${machine.loadBefore}. The whole run took ${inDigits(durationSeconds / 60, 0)} minutes.`;
}

function targetsTable(results: BenchResults): string {
  return markdownTable(
    ['', 'wanted', 'found', 'met'],
    targetsOf(results).map(({ what, wanted, found, met }) => [
      what,
      wanted,
      found,
      met === undefined ? '' : met ? 'yes' : '**no**',
    ]),
  );
}

function scenariosTable({ scenarios }: BenchResults): string {
  return markdownTable(
    [
      'scenario',
      'orders',
      'per second',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'CPU web',
      'CPU PostgreSQL',
      'CPU others',
      'web MiB',
    ],
    scenarios.map(scenarioRow),
  );
}

/** What the absolute figures have to be read by. */
function machineNote({ rounds, flushes }: BenchResults): string[] {
  if (rounds.length === 0) return [];
  const pgbench = figureOf(rounds.map((round) => round.pgbench));
  return [
    '',
    `The wanted figures that are no ratios were set where pgbench writes 8,000 to 10,000 of these orders a second; here it writes ${withRange(pgbench)}.${flushes ? ` Each of them, as each batch of ours, waits until the disk has it: of 2,000 flushes of 32 KiB, with nothing else going on, half took up to ${inDigits(flushes.p50Ms, 2)} ms, one in a hundred more than ${inDigits(flushes.p99Ms, 1)} ms, and the longest ${inDigits(flushes.maxMs, 0)} ms.` : ''}`,
  ];
}

function scenarioRow(result: ScenarioResult): string[] {
  const middle = (figure: (run: Run) => number, digits: number) =>
    inDigits(figureOfRuns(result, figure).median, digits);
  return [
    result.scenario,
    inDigits(result.orders, 0),
    withRange(figureOfRuns(result, (run) => run.operationsPerSecond)),
    middle((run) => run.p50Ms, 1),
    middle((run) => run.p99Ms, 1),
    middle((run) => run.p999Ms, 1),
    middle((run) => run.webCpuPerThousand, 3),
    middle((run) => run.databaseCpuPerThousand ?? NaN, 3),
    middle((run) => run.othersCpuPerThousand, 3),
    `${inDigits(result.webMebibytesAtStart, 0)}-${inDigits(result.webMebibytesAtEnd, 0)}`,
  ];
}
