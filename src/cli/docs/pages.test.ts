import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { problemKind, PROBLEM_CODES } from '../../api/problems/problem.ts';
import { PROBLEM_FACTS } from '../../api/problems/problem-facts.ts';
import { creationsOf, lifecycles, type Lifecycle } from '../../domain/lifecycles.ts';
import { REFUSALS } from '../../domain/refusals.ts';
import { SETTINGS } from '../../platform/settings/table.ts';
import { configurationPage } from './configuration-page.ts';
import { DOCS_FOLDER, generatePages, stalePages, type Page } from './pages.ts';
import { refusalsPage } from './refusals-page.ts';
import { statesPage } from './states-page.ts';

let pages: readonly Page[];
/** Formatting the OpenAPI document takes a while on a busy machine. */
const PATIENCE_MS = 60_000;
beforeAll(async () => {
  pages = await generatePages();
}, PATIENCE_MS);

/** The rows of the page's tables, each as its cells. */
const rowsOf = (page: string) =>
  page.split('\n').flatMap((line) => (/^\| `/.test(line) ? [line.slice(2, -2).split(' | ')] : []));

describe('the generated pages', () => {
  it('are in docs/ as the code says', async () => {
    const stale = await stalePages(pages, DOCS_FOLDER);
    expect(
      stale.map(({ name }) => name),
      'run "npm run docs"',
    ).toEqual([]);
  });

  it('are named when they say anything else, or are missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docs '));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(DOCS_FOLDER, folder, { recursive: true });
    await writeFile(join(folder, 'states.md'), `${statesPage()} `);
    await rm(join(folder, 'openapi.json'));
    expect((await stalePages(pages, folder)).map(({ name }) => name)).toEqual(['states.md', 'openapi.json']);
  });

  it('come out the same each time', { timeout: PATIENCE_MS }, async () => {
    expect(await generatePages()).toEqual(pages);
  });
});

describe('docs/refusals.md', () => {
  it('has a row for every code, with its status, meaning and facts, and for no other', () => {
    const rows = rowsOf(refusalsPage());
    expect(rows.map(([code]) => code)).toEqual(PROBLEM_CODES.map((code) => `\`${code}\``));
    for (const [index, code] of PROBLEM_CODES.entries()) {
      const [, status, meaning, facts] = rows[index] ?? [];
      expect([status, meaning?.trim()]).toEqual([String(problemKind(code).status), problemKind(code).title]);
      for (const name of Object.keys(PROBLEM_FACTS[code] ?? {})) expect(facts).toContain(`\`${name}\`: `);
    }
  });

  it("has the core's refusals, all of them, before what goes wrong around them", () => {
    const [refusals = ''] = refusalsPage().split('## What goes wrong around it');
    expect(rowsOf(refusals).map(([code]) => code)).toEqual(Object.keys(REFUSALS).map((code) => `\`${code}\``));
  });
});

describe('docs/configuration.md', () => {
  it('has a row for every setting, with its default and its meaning', () => {
    const rows = rowsOf(configurationPage()).map((cells) => cells.map((cell) => cell.replaceAll('\\|', '|')));
    expect(rows).toEqual(
      Object.entries(SETTINGS).map(([name, [byDefault, meaning]]) => [
        `\`${name}\``,
        byDefault === '' ? '' : `\`${byDefault}\``,
        meaning,
      ]),
    );
  });
});

describe('docs/states.md', () => {
  it('draws and lists every move of every lifecycle, and no other', () => {
    const page = statesPage();
    const drawn = [...page.matchAll(/^ {4}(\S+) --> (\S+): (\w+)$/gm)].map(
      ([, from, to, event]) => `${from} ${event} ${to}`,
    );
    const moves = lifecycles.flatMap((lifecycle: Lifecycle<string, string, string>) => [
      ...creationsOf(lifecycle).map(({ event, to }) => `[*] ${event} ${to}`),
      ...lifecycle.moves.map(({ from, event, to }) => `${from} ${event} ${to}`),
    ]);
    expect(drawn).toEqual(moves);
    const listed = rowsOf(page).filter((row) => row.length === 3);
    expect(listed).toHaveLength(moves.length);
    for (const { from, event, to } of lifecycles.flatMap((lifecycle) => [...lifecycle.moves])) {
      expect(listed).toContainEqual([`\`${event}\``, `\`${from}\``, `\`${to}\``]);
    }
  });
});
