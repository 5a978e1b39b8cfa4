import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { PARTS, PARTS_APART, runParts, type PartName } from './parts.ts';
import { writePages } from './report/pages.ts';
import { printSummary } from './report/summary.ts';

const RESULTS = fileURLToPath(new URL('results', import.meta.url));
const FULL_SIZES = [10_000, 1_000_000, 5_000_000];
const SMALL_SIZES = [10_000];

await new Command('bench')
  .description(
    'Measures Roundtrip beside pgbench and a plain service, on a PostgreSQL of its own or on that of DATABASE_URL.\n' +
      `Parts: ${PARTS.join(', ')}.`,
  )
  .argument('[parts...]', 'which parts; all but soak and standby unless told')
  .option('--quick', 'two minutes instead of 25: shorter runs, a small shop')
  .option(
    '--orders <sizes>',
    'sizes of the shop, growing, such as 10000,1000000; the page tells of them beside the full run',
  )
  .option('--pages', 'only write docs/performance.md again, from bench/results/full.json, few.json and soak.json')
  .action(async (named: string[], options: { quick?: true; orders?: string; pages?: true }) => {
    if (options.pages) {
      await writePages();
      return;
    }
    const parts = named.map(partNamed);
    const isWhole = parts.length === 0 && !options.quick;
    const isFull = isWhole && options.orders === undefined;
    const results = await runParts({
      parts: parts.length > 0 ? parts : PARTS.filter((part) => !PARTS_APART.has(part)),
      quick: options.quick ?? false,
      sizes: options.orders?.split(',').map(Number) ?? (isFull ? FULL_SIZES : SMALL_SIZES),
      serverUrl: process.env['DATABASE_URL'],
    });
    const name = parts.length > 0 ? parts.join('-') : isFull ? 'full' : isWhole ? 'few' : 'quick';
    // What few orders told of a later commit is told by all of them now.
    if (isFull) await rm(`${RESULTS}/few.json`, { force: true });
    await mkdir(RESULTS, { recursive: true });
    await writeFile(`${RESULTS}/${name}.json`, `${JSON.stringify(results, undefined, 2)}\n`);
    printSummary(results);
    if (isWhole) await writePages();
    console.log(`\nbench/results/${name}.json has all of it.`);
  })
  .parseAsync();

function partNamed(name: string): PartName {
  const part = PARTS.find((each) => each === name);
  if (!part) throw new Error(`there is no part "${name}"; there are ${PARTS.join(', ')}`);
  return part;
}
