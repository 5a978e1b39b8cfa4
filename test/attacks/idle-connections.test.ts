import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';

const api = useApi();
const WANTED = 10_000;
/** Files that a process has open besides. */
const SPARE_FILES = 500;

/** Each end of a connection is an open file of its process. */
function mostConnections(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  const files = limit === 'unlimited' ? WANTED + SPARE_FILES : Number(limit);
  return Math.min(WANTED, files - SPARE_FILES);
}

let clients: ChildProcess | undefined;
afterAll(() => {
  clients?.kill();
});

const count = mostConnections();

it(`${count} idle connections keep nobody else waiting, and are closed`, { timeout: 60_000 }, async () => {
  const port = await api.listen();
  const program = fileURLToPath(new URL('../support/http/idle-clients.ts', import.meta.url));
  clients = fork(program, [String(port), String(count)]);
  const [{ open, failed }] = (await once(clients, 'message')) as [{ open: number; failed: number }];
  expect(failed).toBe(0);
  // Those that came first may be closed again by now: they have five seconds for their first byte.
  expect(open).toBeGreaterThan(count / 4);

  const child = clients;
  const left = async (): Promise<number> => {
    child.send('left?');
    const [answer] = (await once(child, 'message')) as [{ left: number }];
    return answer.left;
  };
  // Answered while they hold their connections yet: it did not have to wait for their end.
  expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  expect(await left()).toBeGreaterThan(0);

  await eventually('all are closed', async () => (await left()) === 0);
  expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
});
