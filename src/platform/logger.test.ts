import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const LOGGER = fileURLToPath(new URL('logger.ts', import.meta.url));
/** Logs at its start, and some more in the very turn in which it ends. */
const PROGRAM = `
  const { createLogger } = await import(${JSON.stringify(LOGGER)});
  const logger = createLogger();
  logger.info('first');
  process.stdin.once('data', () => {
    for (const line of ['next', 'after it', 'last']) logger.info(line);
    process.exit(7);
  });
`;

function start() {
  return spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { stdio: ['pipe', 'ignore', 'pipe'] });
}

describe('a process that logs', () => {
  test('has written its last line when it ends', async () => {
    const child = start();
    let log = '';
    child.stderr.on('data', (text) => (log += String(text)));
    await once(child.stderr, 'data');
    child.stdin.write('end\n');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(7);
    expect(log).toMatch(/"msg":"last"/);
  });

  test('ends as well when nobody reads its log any more', async () => {
    const child = start();
    await once(child.stderr, 'data');
    child.stderr.destroy();
    await once(child.stderr, 'close');
    child.stdin.write('end\n');
    const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearTimeout(timer);
    expect([code, signal]).toEqual([7, null]);
  }, 10_000);
});
