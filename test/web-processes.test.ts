import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from './support/database.ts';
import { useEngine } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { send } from './support/http/lone-requests.ts';
import { valueOf } from './support/http/prometheus.ts';
import { processesOf, type FoundProcess } from './support/processes-of.ts';
import { makePlace, runCommand, startRole, type Place, type RunningRoundtrip } from './support/running-roundtrip.ts';
import { useSessions } from './support/sessions.ts';

const database = useDatabase();
const shop = useEngine(database);
const sessions = useSessions(database);

const HEALTH_ANSWERED = 'http_requests_total{path="/health",method="GET",status="200"}';

let place: Place;
let web: RunningRoundtrip;

async function startTwo(settings: Record<string, string>, ...flags: string[]): Promise<void> {
  place = await makePlace({ DATABASE_URL: database.url, LOG_LEVEL: 'info', ...settings });
  web = await startRole(place, 'web', ...flags);
}
async function removeAll(): Promise<void> {
  await web.end('SIGKILL');
  await place.remove();
}

/** Those that serve, without the one that started them. */
async function servingProcesses(): Promise<FoundProcess[]> {
  return (await processesOf(place)).filter(({ parentPid }) => parentPid === web.pid);
}

/** The processes that say in the log that they have answered requests to this path. */
function answeredBy(path: string): Set<number> {
  const lines = web.stderr().split('\n');
  return new Set(
    lines.flatMap((line) => {
      const entry = line.startsWith('{') ? (JSON.parse(line) as { process?: number; path?: string }) : {};
      return entry.path === path && entry.process !== undefined ? [entry.process] : [];
    }),
  );
}

async function metrics(): Promise<string> {
  // A connection that is kept would ask the same process each time.
  return (await fetch(`${place.webUrl}/metrics`, { headers: { connection: 'close' } })).text();
}

/** A connection that is handed to a process in the moment of its death is never answered: nobody waits for it for ever. */
async function isAnswered(): Promise<boolean> {
  const health = fetch(`${place.webUrl}/health`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(1_000),
  });
  return health.then(
    ({ ok }) => ok,
    () => false,
  );
}

/** By a connection alone: Node leaves one that comes just as the last process closes waiting for its end. */
async function isPortOpen(): Promise<boolean> {
  const { hostname, port } = new URL(place.webUrl);
  const socket = connect(Number(port), hostname);
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

/** Requests that wait for a lock in both processes, and the way to let them go. */
async function holdRequestsInFlight() {
  const orders = await Promise.all(Array.from({ length: 14 }, () => shop.place()));
  const pay = ({ id }: { readonly id: number }) => send(`${place.webUrl}/v1/orders/${id}/pay`, 'POST');
  // What a process does for the first time takes it long, and nobody waits for a lock longer than five seconds.
  for (const order of orders.slice(0, 4)) await pay(order);
  await metrics();
  const holder = await sessions.open();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM orders FOR UPDATE');
  const inFlight = orders.slice(4).map(pay);
  await eventually('all are in progress', async () => {
    return valueOf(await metrics(), 'http_requests_in_progress') === inFlight.length;
  });
  return { inFlight, letGo: () => holder.query('ROLLBACK') };
}

async function expectGoodEnd(inFlight: readonly Promise<{ status: number } | undefined>[]): Promise<void> {
  for (const answer of await Promise.all(inFlight)) expect(answer?.status).toBe(200);
  expect((await web.ended).code).toBe(0);
  expect(await processesOf(place)).toEqual([]);
  expect(answeredBy('/v1/orders/:id/pay').size).toBe(2);
}

describe('two processes of a web', () => {
  beforeAll(() => startTwo({ STOP_DELAY_MS: '300' }, '--processes', '2'));
  afterAll(removeAll);

  test('answer in turn, and are announced once, with one link for the first account', async () => {
    const serving = (await servingProcesses()).map(({ pid }) => pid);
    expect(serving).toHaveLength(2);
    for (let request = 0; request < 4; request++) await send(`${place.webUrl}/health`, 'GET');
    await eventually('both in the log', () => answeredBy('/health').size === 2);
    expect([...answeredBy('/health')].toSorted()).toEqual(serving.toSorted());

    expect(web.stdout().match(/console\/setup#/g)).toHaveLength(1);
    expect(web.stdout().match(/roundtrip web: .*, by 2 processes$/gm)).toHaveLength(1);
    const { rows } = await database.pool.query(`SELECT FROM one_time_links WHERE purpose = 'setup'`);
    expect(rows).toHaveLength(1);
  });

  test('tell on /metrics what both have counted, whichever is asked', async () => {
    const before = valueOf(await metrics(), HEALTH_ANSWERED) ?? 0;
    for (let request = 0; request < 5; request++) await send(`${place.webUrl}/health`, 'GET');
    // One after the other is asked. Under load one may be late, and be counted the next time.
    for (let asked = 0; asked < 2; asked++) {
      await eventually('all five are counted', async () => valueOf(await metrics(), HEALTH_ANSWERED) === before + 5);
    }
    expect(valueOf(await metrics(), 'jobs_longest_wait_seconds')).toBe(0);
  });

  test('go on when one is killed: another takes its place, and what it had counted stays', async () => {
    const before = valueOf(await metrics(), HEALTH_ANSWERED) ?? 0;
    const [victim, survivor] = await servingProcesses();
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await eventually('an answer', isAnswered);
    const successor = await eventually('a successor', async () =>
      (await servingProcesses()).find(({ pid }) => pid !== victim?.pid && pid !== survivor?.pid),
    );
    await eventually('an answer of the successor', async () => {
      await isAnswered();
      return answeredBy('/health').has(successor.pid);
    });
    expect(valueOf(await metrics(), HEALTH_ANSWERED)).toBeGreaterThan(before);
    expect(web.stderr()).toContain('"how":"it was ended by SIGKILL"');
  });

  test('SIGTERM: say on /ready that they stop, answer what is in flight, and leave nobody behind', async () => {
    const { inFlight, letGo } = await holdRequestsInFlight();
    const ended = web.end('SIGTERM');
    const notReady = await eventually('/ready says so', async () => {
      const answer = await send(`${place.webUrl}/ready`, 'GET');
      return answer?.status === 503 && answer;
    });
    expect(notReady.closesConnection).toBe(true);
    await eventually('the port closes', async () => !(await isPortOpen()));
    await letGo();
    await ended;
    await expectGoodEnd(inFlight);
  });
});

describe('two processes by WEB_PROCESSES', () => {
  beforeEach(() => startTwo({ WEB_PROCESSES: '2', STOP_DELAY_MS: '0' }));
  afterEach(removeAll);

  test('take Ctrl-C, which reaches each of them and the one that started them, for one word', async () => {
    const { inFlight, letGo } = await holdRequestsInFlight();
    for (const { pid } of await processesOf(place)) process.kill(pid, 'SIGINT');
    await eventually('the port closes', async () => !(await isPortOpen()));
    await letGo();
    await expectGoodEnd(inFlight);
    expect(web.stderr().match(/roundtrip: stopping/g)).toHaveLength(1);
  });

  test('do not outlive the one that started them', async () => {
    expect(await servingProcesses()).toHaveLength(2);
    process.kill(web.pid ?? 0, 'SIGKILL');
    await eventually('nobody is left', async () => (await processesOf(place)).length === 0);
  });
});

test('a port that is taken ends several as it ends one', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const crowded = await makePlace({ DATABASE_URL: database.url, PORT: String(port) });
  try {
    const [one, several] = await Promise.all([
      runCommand(crowded, 'web'),
      runCommand(crowded, 'web', '--processes', '2'),
    ]);
    const lastWord = ({ stderr }: { stderr: string }) =>
      stderr.split('\n').filter((line) => line.startsWith('roundtrip: '));
    expect(lastWord(one)).toEqual([
      `roundtrip: port ${port} is in use: stop the program that has it, or set PORT to another port`,
    ]);
    expect([lastWord(several), several.code, several.stdout]).toEqual([lastWord(one), one.code, '']);
    expect(await processesOf(crowded)).toEqual([]);
  } finally {
    taken.close();
    await crowded.remove();
  }
});
