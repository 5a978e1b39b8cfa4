import { median, type Run, type ScenarioResult } from '../scenarios/measure.ts';
import { printStandby } from './standby.ts';
import type { BenchResults } from './results.ts';

/** What was found, on the terminal. */
export function printSummary(results: BenchResults): void {
  for (const load of results.loads) {
    console.log(`loaded ${load.added} orders in ${load.seconds.toFixed(1)} s (${load.total} in all)`);
  }
  console.table(
    Object.fromEntries(results.scenarios.map((each) => [`${each.scenario} @ ${each.orders}`, rowOf(each)])),
  );
  if (results.rounds.length > 0) {
    console.table(
      results.rounds.map(({ pgbench, pgbenchWithoutJob, plain, create, lifecycle, read, plainRead }) => ({
        pgbench: Math.round(pgbench),
        'pgbench, no job': Math.round(pgbenchWithoutJob),
        plain: Math.round(plain.operationsPerSecond),
        create: Math.round(create.operationsPerSecond),
        'lifecycle commands': Math.round(5 * lifecycle.operationsPerSecond),
        'create / pgbench': (create.operationsPerSecond / pgbench).toFixed(2),
        'create / plain': (create.operationsPerSecond / plain.operationsPerSecond).toFixed(1),
        'commands / pgbench': ((5 * lifecycle.operationsPerSecond) / pgbench).toFixed(2),
        'read / plain': (read.operationsPerSecond / plainRead.operationsPerSecond).toFixed(1),
        'create p99': create.p99Ms.toFixed(1),
      })),
    );
  }
  const { lone, fairness, start, pdf, soak, standby } = results;
  if (lone) console.log(`lone create: p50 ${median(lone.runs.map(({ p50Ms }) => p50Ms)).toFixed(2)} ms`);
  if (fairness) {
    console.log(
      `fairness: p99 of small orders ${fairness.small.p99Ms.toFixed(1)} ms beside ` +
        `${(fairness.flood.operations / fairness.flood.durationSeconds).toFixed(1)} orders/s of 2,000 lines`,
    );
  }
  if (start) console.log(`start to ready: ${start.medianMs.toFixed(0)} ms`);
  if (pdf) {
    console.log(
      `invoices: ${pdf.onePage.perSecond.toFixed(0)}/s, ${pdf.manyLines.lines} lines in ` +
        `${pdf.manyLines.medianMs.toFixed(0)} ms, memory ${pdf.mebibytes.map((each) => each.toFixed(0)).join(' ')} MiB`,
    );
  }
  if (soak) {
    console.table(
      soak.runs.map(({ operationsPerSecond, p99Ms, webMebibytes }) => ({
        rate: Math.round(operationsPerSecond),
        p99: p99Ms,
        'web MiB': Math.round(webMebibytes),
      })),
    );
  }
  if (standby) printStandby(standby);
}

function rowOf({ runs, webMebibytesAtStart, webMebibytesAtEnd }: ScenarioResult) {
  const of = (figure: (run: Run) => number) => median(runs.map(figure));
  const rates = runs.map(({ operationsPerSecond }) => Math.round(operationsPerSecond));
  return {
    'per second': Math.round(of((run) => run.operationsPerSecond)),
    range: `${Math.min(...rates)}-${Math.max(...rates)}`,
    p50: of((run) => run.p50Ms).toFixed(1),
    p99: of((run) => run.p99Ms).toFixed(1),
    'p99.9': of((run) => run.p999Ms).toFixed(1),
    'web CPU s/1000': of((run) => run.webCpuPerThousand).toFixed(3),
    'database CPU': of((run) => run.databaseCpuPerThousand ?? NaN).toFixed(3),
    'others CPU': of((run) => run.othersCpuPerThousand).toFixed(3),
    'load CPU': of((run) => (1_000 * run.loadCpuSeconds) / run.operations).toFixed(3),
    'web MiB': `${webMebibytesAtStart.toFixed(0)}-${webMebibytesAtEnd.toFixed(0)}`,
  };
}
