import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { processesOf } from './support/processes-of.ts';
import { makePlace, startStack, type Place, type RunningRoundtrip } from './support/running-roundtrip.ts';

const database = useDatabase();

describe('the stack', () => {
  let place: Place;
  let stack: RunningRoundtrip;

  beforeAll(async () => {
    place = await makePlace({ DATABASE_URL: database.url });
    // Without a broker: the one that the tests share would be left with its queues.
    stack = await startStack(place, '--web', '2', '--worker', '2', '--no-broker');
  });
  afterAll(async () => {
    await stack.end('SIGKILL');
    await place.remove();
  });

  test('runs each role in processes of its own, and answers on one port', async () => {
    const lines = await processesOf(place);
    expect(lines.map(({ role }) => role).toSorted()).toEqual(['gateway', 'web', 'web', 'worker', 'worker']);
    expect((await fetch(`${place.webUrl}/ready`)).status).toBe(200);
    expect(stack.stdout()).toContain('web.2     | roundtrip web: http://');
    expect(stack.stdout()).toMatch(/Broker +none: each worker runs the jobs that it relays/);
  });

  test('starts a web and a worker again that are killed, and answers meanwhile', async () => {
    const victims = ['web', 'worker'].map(async (role) =>
      (await processesOf(place)).find((each) => each.role === role),
    );
    for (const victim of await Promise.all(victims)) process.kill(victim?.pid ?? 0, 'SIGKILL');
    await eventually('an answer by the web that is left', () =>
      fetch(`${place.webUrl}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await eventually('all five processes again', async () => (await processesOf(place)).length === 5);
    expect(stack.stdout()).toMatch(/web\.\d {5}! it was ended by SIGKILL; it starts again in 0\.25 s/);
    expect(stack.stdout()).toMatch(/worker\.\d {2}! it was ended by SIGKILL; it starts again in 0\.25 s/);
  });

  test('ends with 0 on Ctrl-C, and leaves no process behind', async () => {
    expect((await stack.end('SIGINT')).code).toBe(0);
    expect(await processesOf(place)).toEqual([]);
  });

  test('takes its processes with it when it is killed itself', async () => {
    stack = await startStack(place, '--web', '1', '--worker', '1', '--no-broker');
    expect(await processesOf(place)).toHaveLength(3);
    await stack.end('SIGKILL');
    await eventually('the end of its processes', async () => (await processesOf(place)).length === 0);
  });
});
