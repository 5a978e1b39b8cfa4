import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compressAssets } from './compress.ts';
import { CONSOLE, digestOfSources, DIST } from './sources.ts';

/**
 * Builds the console when what it was built from has changed: after "npm install" and before "npm start", so that it is
 * always there and nobody has to know. Where what it is built with is not installed (the image brings the built one
 * along), it is left as it is; one that cannot be built holds up neither an installation nor a start, because everything
 * else works without it. With --force it is built in any case, or the exit code is 1.
 */
const STAMP = join(DIST, '.built-from');

const digest = await digestOfSources();
const builtFrom = await readFile(STAMP, 'utf8').catch(() => undefined);
const isForced = process.argv.includes('--force');
if (builtFrom !== digest || isForced) {
  try {
    await build();
  } catch (error) {
    console.error('console: could not be built:', error);
    process.exitCode = isForced ? 1 : 0;
  }
}

async function build(): Promise<void> {
  // What calls this may say otherwise, such as a test's runner; the console is always the one that people get.
  process.env['NODE_ENV'] = 'production';
  const tools = await loadTools();
  if (!tools) {
    if (isForced || builtFrom === undefined) {
      console.error('console: not built, because what it is built with is not installed (npm install --include=dev)');
    }
    if (isForced) process.exitCode = 1;
    return;
  }
  const startedAt = performance.now();
  await tools.generateTypes();
  await tools.build({ configFile: join(CONSOLE, 'vite.config.ts'), logLevel: 'warn' });
  await compressAssets();
  await writeFile(STAMP, digest);
  console.log(`console: built in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}

async function loadTools() {
  try {
    const [vite, { generateTypes }] = await Promise.all([import('vite'), import('./generate-types.ts')]);
    return { build: vite.build, generateTypes };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
