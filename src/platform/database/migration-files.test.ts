import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { faultOf, parseMigration } from './migration-files.ts';

const DROP = 'DROP INDEX CONCURRENTLY IF EXISTS fruit_by_name';
const CREATE = 'CREATE INDEX CONCURRENTLY fruit_by_name ON fruit (name)';
const MARK = '-- Without a transaction.';

test('a file is one transaction, handed over as it is', () => {
  const text = `-- Fruit.\nCREATE TABLE fruit (name text);\nDO $$ BEGIN NULL; END $$;\n`;
  expect(parseMigration(text)).toEqual({ isTransaction: true, statements: [text] });
});

test('a file without a transaction is told so by its first line, and is taken apart at the ends of its statements', () => {
  const { isTransaction, statements } = parseMigration(
    `${MARK}\n-- One; two.\n${DROP};\n\n${CREATE};  \n-- The end.\n`,
  );
  expect(isTransaction).toBe(false);
  expect(statements).toHaveLength(2);
  expect(statements[0]).toMatch(/^-- Without[^]*EXISTS fruit_by_name$/);
  expect(statements[1]).toContain(CREATE);
});

test.each([
  ['an index that is dropped first', `${MARK}\n${DROP};\n${CREATE};\n`, undefined],
  ['an index that a cut-short try leaves', `${MARK}\n${CREATE};\n`, /leaves fruit_by_name behind/],
  ['another statement', `${MARK}\n${DROP};\n${CREATE};\nALTER TABLE fruit ADD colour text;\n`, /only indexes/],
  ['CONCURRENTLY in a transaction', `-- Fruit.\n${DROP};\n${CREATE};\n`, /begin the file with/],
  ['CONCURRENTLY in a comment', '-- Not CREATE INDEX CONCURRENTLY.\nCREATE INDEX a ON fruit (name);\n', undefined],
])('%s is taken or refused by the check', (_what, text, fault) => {
  if (fault === undefined) expect(faultOf(text)).toBeUndefined();
  else expect(faultOf(text)).toMatch(fault);
});

test("the project's own files pass", async () => {
  const folder = new URL('../../../migrations/', import.meta.url);
  for (const file of await readdir(folder)) {
    if (file.endsWith('.sql')) expect(faultOf(await readFile(new URL(file, folder), 'utf8')), file).toBeUndefined();
  }
});
