import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { useApi } from '../support/api.ts';

// Its native and Java forms are left out: the one in JavaScript is there on every machine.
process.env['RECHECK_BACKEND'] = 'pure';
const { checkSync } = await import('recheck');

const api = useApi();
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const CHECK_TIMEOUT_MS = 20_000;

interface Pattern {
  readonly source: string;
  readonly flags: string;
  readonly where: string;
}

/**
 * Every regular expression that is written in the sources, tests left out, and the commands, which read what whoever
 * runs them has written himself.
 */
async function patternsOfCode(): Promise<Pattern[]> {
  const files = (await readdir(SOURCES, { recursive: true })).filter(
    (name) => /(?<!\.test)\.ts$/.test(name) && !name.startsWith('cli/'),
  );
  const patterns = files.map(async (name) => {
    const text = await readFile(`${SOURCES}${name}`, 'utf8');
    const found: Pattern[] = [];
    const visit = (node: ts.Node) => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.push({ source: node.text.slice(1, end), flags: node.text.slice(end + 1), where: name });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest));
    return found;
  });
  return (await Promise.all(patterns)).flat();
}

/** Every pattern that the API holds a text against. */
function patternsOfSchemas(value: unknown): Pattern[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(patternsOfSchemas);
  if (!('pattern' in value) || typeof value.pattern !== 'string') return inner;
  return [{ source: value.pattern, flags: 'u', where: 'a schema' }, ...inner];
}

test('no pattern takes much longer than its text is long, whatever the text', { timeout: 120_000 }, async () => {
  const all = [...(await patternsOfCode()), ...patternsOfSchemas(api.contract.document)];
  const patterns = new Map(all.map((pattern) => [`${pattern.source} ${pattern.flags}`, pattern]));
  expect(patterns.size).toBeGreaterThan(30);
  const slow = [...patterns.values()].flatMap(({ source, flags, where }) => {
    const { status } = checkSync(source, flags.replace(/[gyd]/g, ''), { timeout: CHECK_TIMEOUT_MS });
    return status === 'safe' ? [] : [`/${source}/${flags} in ${where}: ${status}`];
  });
  expect(slow).toEqual([]);
});
