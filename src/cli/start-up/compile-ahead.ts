import { glob, readFile } from 'node:fs/promises';
import { Command } from 'commander';

const SOURCES = new URL('../../', import.meta.url);
const LATE_IMPORT = /\bimport\('(\.[^']+\.ts)'\)/g;

export function compileAheadCommand(): Command {
  return new Command('compile-ahead')
    .description('Compiles whatever a start may load, as an installation does, so that not even the first one has to.')
    .action(compileAhead);
}

/** Loads, and so compiles into the cache, every module that another one loads late. */
async function compileAhead(): Promise<void> {
  for await (const path of glob('**/*.ts', { cwd: SOURCES, exclude: ['**/*.test.ts'] })) {
    const file = new URL(path, SOURCES);
    for (const [, late] of (await readFile(file, 'utf8')).matchAll(LATE_IMPORT)) {
      if (late !== undefined) await import(new URL(late, file).href);
    }
  }
}
