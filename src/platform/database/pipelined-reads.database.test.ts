import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { useCommitLosingProxy } from '../../../test/support/servers/commit-losing-proxy.ts';
import { useDatabase } from '../../../test/support/database.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { useSessions } from '../../../test/support/sessions.ts';
import { PipelinedReads } from './pipelined-reads.ts';
import { DatabaseUnavailable, isHeldUp } from './postgres.ts';

const database = useDatabase();
const sessions = useSessions(database);
const proxy = useCommitLosingProxy(database);

const READS = 'reads of this test';
const opened: PipelinedReads[] = [];
afterEach(() => Promise.all(opened.splice(0).map((reads) => reads.close())));

function openReads({ url = database.url, connections = 2, more = 0 } = {}): PipelinedReads {
  const mostConnections = connections + more;
  const reads = new PipelinedReads({ databaseUrl: url, applicationName: READS, connections, mostConnections });
  opened.push(reads);
  return reads;
}

const numberOf = async (reads: PipelinedReads, number: number) =>
  (await reads.query<{ number: number }>({ name: 'number', text: 'SELECT $1::integer AS number', values: [number] }))
    .rows[0]?.number;

const readOrders = (reads: PipelinedReads) =>
  reads.query({ name: 'read-orders', text: 'SELECT id FROM orders LIMIT 1' });

function withLockTimeout(timeoutMs: number): string {
  const url = new URL(database.url);
  url.searchParams.set('lock_timeout', String(timeoutMs));
  return url.href;
}

/** Nobody is put behind what has not been answered for a tenth of a second. */
async function countsAsHeldUp(): Promise<void> {
  const since = performance.now();
  await eventually('a tenth of a second', () => Promise.resolve(performance.now() - since > 150));
}

async function openSessions(): Promise<number | null> {
  const { rowCount } = await database.pool.query(
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [READS],
  );
  return rowCount;
}

describe('reads that come at once', () => {
  test('each get their own answer, over as many connections as allowed', async () => {
    const reads = openReads();
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    expect(await Promise.all(numbers.map((number) => numberOf(reads, number)))).toEqual(numbers);
    expect(await sessions.terminate(READS)).toBe(2);
  });

  test('a few of them share one connection, and the next is for those that come when it is late', async () => {
    const reads = openReads();
    for (let round = 0; round < 3; round += 1) await Promise.all([1, 2, 3].map((number) => numberOf(reads, number)));
    expect(await openSessions()).toBe(1);
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const late = reads.query({ text: 'SELECT id FROM orders LIMIT 1' });
    await sessions.waitingForLock(READS);
    expect(await numberOf(reads, 4)).toBe(4);
    expect(await openSessions()).toBe(2);
    await blocker.query('COMMIT');
    expect((await late).rows).toEqual([]);
  });

  test('say when they are sent, which is not while they stand in the queue', async () => {
    const reads = openReads({ connections: 1 });
    expect(await numberOf(reads, 0)).toBe(0);
    let sent = 0;
    const telling = reads.telling(() => {
      sent += 1;
    });
    const answers = Array.from({ length: 10 }, () => telling.query({ text: 'SELECT 1' }));
    expect(sent).toBe(0);
    await nextTurn();
    await nextTurn();
    expect(sent).toBe(8);
    await Promise.all(answers);
    expect(sent).toBe(10);
  });

  test('are not harmed by one of them that fails', async () => {
    const reads = openReads({ connections: 1 });
    const [one, failed, other] = await Promise.allSettled([
      numberOf(reads, 1),
      reads.query({ text: 'SELECT 1 / 0' }),
      numberOf(reads, 2),
    ]);
    expect([one, other]).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled', value: 2 },
    ]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
  });

  test('pass a connection that is held up', async () => {
    const reads = openReads();
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const slow = reads.query({ text: 'SELECT id FROM orders LIMIT 1' });
    await sessions.waitingForLock(READS);
    for (let number = 0; number < 10; number += 1) expect(await numberOf(reads, number)).toBe(number);
    await blocker.query('COMMIT');
    expect((await slow).rows).toEqual([]);
  });

  test('overtake the one before them on its connection, where that turns out to be held up', async () => {
    const reads = openReads({ connections: 1, more: 1 });
    expect(await numberOf(reads, 0)).toBe(0);
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const [held, ...behind] = [
      reads.query({ text: 'SELECT id FROM orders LIMIT 1' }),
      ...[1, 2, 3].map((number) => numberOf(reads, number)),
    ];
    expect(await Promise.all(behind)).toEqual([1, 2, 3]);
    await blocker.query('COMMIT');
    expect((await held).rows).toEqual([]);
    expect(await numberOf(reads, 4)).toBe(4);
  });

  test('overtake several that turn out to be held up, which came before them together', async () => {
    const reads = openReads({ more: 3 });
    expect(await numberOf(reads, 0)).toBe(0);
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const held = [1, 2, 3].map((limit) => reads.query({ text: `SELECT id FROM orders LIMIT ${limit}` }));
    expect(await Promise.all([1, 2].map((number) => numberOf(reads, number)))).toEqual([1, 2]);
    await sessions.waitingForLock(READS, 3);
    await blocker.query('COMMIT');
    for (const answer of await Promise.all(held)) expect(answer.rows).toEqual([]);
  });

  test('of one name, behind the first that a table lock makes fail: they are asked again, and hear nothing of it', async () => {
    const reads = openReads({ url: withLockTimeout(1_000), connections: 1 });
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const first = expect(readOrders(reads)).rejects.toSatisfy(isHeldUp);
    const behind = Promise.allSettled([readOrders(reads), readOrders(reads)]);
    await first;
    await blocker.query('COMMIT');
    expect(await behind).toMatchObject([{ value: { rows: [] } }, { value: { rows: [] } }]);
  });

  test('of one name, behind the first that fails when their time is over: they hear that the database is held up', async () => {
    const reads = openReads({ url: withLockTimeout(2_500), connections: 1 });
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const first = expect(readOrders(reads)).rejects.toSatisfy(isHeldUp);
    const behind = [1, 2].map(() => expect(readOrders(reads)).rejects.toThrow(DatabaseUnavailable));
    await Promise.all([first, ...behind]);
  });

  test('get others where all connections are held up, and none once those run again', async () => {
    const reads = openReads({ connections: 1, more: 1 });
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const held = reads.query({ text: 'SELECT id FROM orders LIMIT 1' });
    await sessions.waitingForLock(READS);
    await countsAsHeldUp();
    for (let number = 0; number < 10; number += 1) expect(await numberOf(reads, number)).toBe(number);
    await blocker.query('COMMIT');
    expect((await held).rows).toEqual([]);
    expect(await sessions.terminate(READS)).toBe(2);
  });

  test('are refused in two seconds where all connections are held up, and go on when they are not', async () => {
    const reads = openReads();
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const held = [1, 2].map(() => reads.query({ text: 'SELECT id FROM orders LIMIT 1' }));
    await sessions.waitingForLock(READS, 2);
    await countsAsHeldUp();
    const askedAt = performance.now();
    await expect(numberOf(reads, 1)).rejects.toThrow(DatabaseUnavailable);
    const waitedMs = performance.now() - askedAt;
    expect(waitedMs).toBeGreaterThan(1_900);
    expect(waitedMs).toBeLessThan(4_500);
    const waiting = numberOf(reads, 2);
    await blocker.query('COMMIT');
    expect(await waiting).toBe(2);
    for (const answer of await Promise.all(held)) expect(answer.rows).toEqual([]);
  });
});

describe('connections that are lost', () => {
  test('while idle: nobody notices', async () => {
    const reads = openReads();
    for (let round = 1; round <= 3; round += 1) {
      expect(await Promise.all([numberOf(reads, 1), numberOf(reads, 2)])).toEqual([1, 2]);
      expect(await sessions.terminate(READS)).toBe(1);
      await eventually('it has ended', async () => (await openSessions()) === 0);
    }
    expect(await numberOf(reads, 3)).toBe(3);
  });

  test('while they read: it is read again on another', async () => {
    const reads = openReads({ connections: 1 });
    expect(await numberOf(reads, 1)).toBe(1);
    const blocker = await sessions.open();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const held = reads.query({ text: 'SELECT id FROM orders LIMIT 1' });
    await sessions.waitingForLock(READS);
    await sessions.terminate(READS);
    await blocker.query('COMMIT');
    expect((await held).rows).toEqual([]);
  });

  test('the database is away: unavailable; when it is back, so are the reads', async () => {
    const reads = openReads({ url: proxy.url });
    proxy.refusing = true;
    await expect(Promise.all([numberOf(reads, 1), numberOf(reads, 2)])).rejects.toThrow(DatabaseUnavailable);
    proxy.refusing = false;
    expect(await Promise.all([numberOf(reads, 1), numberOf(reads, 2)])).toEqual([1, 2]);
  });
});

test('a read that takes too long is ended, and its connection goes on', async () => {
  const reads = openReads({ connections: 1 });
  await reads.query({ text: "SELECT set_config('statement_timeout', '50ms', false)" });
  const [slow, other] = await Promise.allSettled([reads.query({ text: 'SELECT pg_sleep(60)' }), numberOf(reads, 1)]);
  expect(slow.status === 'rejected' && isHeldUp(slow.reason)).toBe(true);
  expect(other).toEqual({ status: 'fulfilled', value: 1 });
});
