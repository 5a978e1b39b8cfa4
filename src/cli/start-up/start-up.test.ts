import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Tells at its end what of two kinds a process has loaded: the library's own files, and what strips types. */
const WATCH = `
  import { registerHooks } from 'node:module';
  const files = [];
  registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) });
  process.on('exit', () => {
    console.log(JSON.stringify({
      library: files.filter((url) => url.includes('/typebox/build/')).length,
      bundles: files.filter((url) => url.includes('/.cache/bundled/typebox-')).length > 0,
      strips: process.moduleLoadList.some((name) => name.includes('amaro')),
    }));
  });`;

async function loadsAll(): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`],
    ...[MAIN, 'compile-ahead'],
  ]);
  return JSON.parse(stdout);
}

test('after one start, what all commands load is bundled and compiled: neither the library of many files nor what strips types is loaded', async () => {
  await loadsAll();
  expect(await loadsAll()).toEqual({ library: 0, bundles: true, strips: false });
});
