import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** A test file without its folder's beginning and its endings, such as `jobs/events/publisher`. */
const CITATION = /`([a-z-]+(?:\/[a-z0-9-]+)+)`/g;

test.each(['docs/faults.md', 'docs/security.md'])('every test that %s names is there', async (page) => {
  const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts']);
  const tests = files.map((file) => file.replace(/(\.database)?\.test\.ts$/, ''));
  const named = [...(await readFile(page, 'utf8')).matchAll(CITATION)].map(([, name = '']) => name);
  expect(named.filter((name) => !tests.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});

test('docs/faults.md names tests at all', async () => {
  expect((await readFile('docs/faults.md', 'utf8')).match(CITATION)?.length).toBeGreaterThan(30);
});
