import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Acknowledged } from './load/acknowledged.ts';
import type { Options } from './options.ts';

export interface Round {
  readonly fault: string;
  /** From the fault's healing until everything was at rest. */
  readonly recoveryMs: number;
  readonly totalMs: number;
}

export interface RunReport {
  readonly options: Options;
  readonly rounds: readonly Round[];
  /** Fault and why it could not be done here. */
  readonly skipped: readonly (readonly [string, string])[];
  readonly acknowledged: Acknowledged;
  readonly invoices: number;
  readonly totalMs: number;
}

/** The summary of a run that has gone well, as it is printed and as docs/faults.md has it. */
export function summaryOf({ options, rounds, skipped, acknowledged, invoices, totalMs }: RunReport): string {
  const byFault = Map.groupBy(rounds, ({ fault }) => fault);
  const width = Math.max(...[...byFault.keys()].map(({ length }) => length));
  const lines = [...byFault].map(([fault, ofFault]) => {
    const slowest = Math.max(...ofFault.map(({ recoveryMs }) => recoveryMs));
    return `${fault.padEnd(width)}  ${String(ofFault.length).padStart(5)}  ${seconds(slowest).padStart(9)}`;
  });
  return [
    `seed ${options.seed}, 2 webs, ${options.workers} workers, 1 gateway; ${rounds.length} faults in ${seconds(totalMs)}`,
    `${acknowledged.orders.length} orders, ${acknowledged.commands} acknowledged commands, ${invoices} invoices, ` +
      `${acknowledged.refunds} refunds; nothing lost, nothing doubled, nothing stuck`,
    '',
    `${'fault'.padEnd(width)}  times  slowest recovery`,
    ...lines,
    ...skipped.map(([fault, reason]) => `${fault.padEnd(width)}  skipped: ${reason}`),
  ].join('\n');
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

const PAGE = fileURLToPath(new URL('../docs/faults.md', import.meta.url));
const RUN_SECTION = /(<!-- the last long run -->\n\n```text\n)[\s\S]*?(\n```)/;

/** Puts the summary where the page has that of the last long run. */
export async function writeToPage(summary: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  if (!RUN_SECTION.test(page)) throw new Error('docs/faults.md has no place for the summary');
  await writeFile(
    PAGE,
    page.replace(RUN_SECTION, (_all, before: string, after: string) => `${before}${summary}${after}`),
  );
}
