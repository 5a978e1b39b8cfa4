import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePlace, runCommand, startRoundtrip, type Place } from './support/running-roundtrip.ts';

const LAUNCHER = fileURLToPath(new URL('../node_modules/.bin/roundtrip', import.meta.url));

test('the bare command ends up on the pinned Node, whatever Node finds it, and passes its exit code on', async () => {
  const run = promisify(execFile);
  expect((await run(LAUNCHER, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  await expect(run(LAUNCHER, ['no-such-command'])).rejects.toMatchObject({ code: 1 });
});

describe('starting', () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.remove());

  test('the first start loads a sample shop with orders in every state; the second leaves it as it is', async () => {
    const first = await startRoundtrip(place);
    expect(first.stdout()).toMatch(/sample shop of \d\d orders/);
    for (const state of ['PENDING_PAYMENT', 'PAID', 'PROCESSING_IN_WAREHOUSE', 'SHIPPED', 'DELIVERED', 'CANCELLED']) {
      const response = await fetch(`${place.webUrl}/v1/orders?state=${state}`);
      expect(((await response.json()) as { data: unknown[] }).data.length, state).toBeGreaterThan(0);
    }
    const returns = (await (await fetch(`${place.webUrl}/v1/returns`)).json()) as { data: unknown[] };
    expect(returns.data).toHaveLength(2);
    expect((await first.end('SIGTERM')).code).toBe(0);

    const second = await startRoundtrip(place);
    expect(second.stdout()).not.toContain('sample shop');
    for (const path of ['/docs', '/metrics', '/openapi.json', '/health', '/ready']) {
      expect((await fetch(place.webUrl + path)).status, path).toBe(200);
    }
    expect((await fetch(`${place.gatewayUrl}/docs`)).status).toBe(200);
    await second.end('SIGTERM');
  });

  test('what the person can mend is one line that says what to do, with no stack, and the exit code 1', async () => {
    const taken = createServer().listen(Number(new URL(place.webUrl).port), '127.0.0.1');
    await once(taken, 'listening');
    const file = join(place.folder, 'a-file');
    await writeFile(file, '');
    const cases: [Record<string, string>, RegExp][] = [
      [{}, /port \d+ is in use: .* PORT/],
      [{ DATA_DIR: file }, /a-file/],
      [{ PORT: 'eighty', TIMEZONE: 'Mars' }, /2 fault.*PORT.*TIMEZONE/],
      [{ DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none' }, /DATABASE_URL/],
    ];
    for (const [settings, expected] of cases) {
      const ended = await runCommand({ ...place, environment: { ...place.environment, ...settings } }, 'start');
      const lines = ended.stderr
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('{'));
      expect(lines, ended.stderr).toHaveLength(1);
      expect(lines[0]).toMatch(expected);
      expect(ended.stderr).not.toContain('secret');
      expect(ended.code).toBe(1);
    }
    taken.close();
  });
});
