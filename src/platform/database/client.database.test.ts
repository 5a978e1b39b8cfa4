import pg from 'pg';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { mebibytesLeftBy } from '../../../test/support/old-memory.ts';
import { TcpProxy } from '../../../test/support/servers/tcp-proxy.ts';
import { DatabaseClient, type DatabaseClientConfig } from './client.ts';
import { isUnavailable } from './postgres.ts';

const database = useDatabase();
const proxy = new TcpProxy();
const clients: pg.Client[] = [];
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  await proxy.cut();
});

async function connect(config: DatabaseClientConfig = {}): Promise<DatabaseClient> {
  const client = new DatabaseClient({ connectionString: database.url, ...config });
  clients.push(client);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('a statement', () => {
  test('may be asked in each way that the driver knows, by promise and by callback', async () => {
    const client = await connect();
    const text = 'SELECT $1::integer AS one';
    const expected = [{ one: 1 }];
    expect((await client.query('SELECT 1 AS one')).rows).toEqual(expected);
    expect((await client.query(text, [1])).rows).toEqual(expected);
    expect((await client.query({ name: 'one', text, values: [1] })).rows).toEqual(expected);
    expect((await client.query({ rowMode: 'array', text }, [1])).rows).toEqual([[1]]);
    const told = await new Promise((resolve) => {
      client.query(text, [1], (error, { rows }) => {
        resolve([error, rows]);
      });
    });
    expect(told).toEqual([null, expected]);
    const toldWithout = await new Promise((resolve) => {
      client.query('SELECT 1 AS one', (_error, { rows }) => {
        resolve(rows);
      });
    });
    expect(toldWithout).toEqual(expected);
    const rows: unknown[] = [];
    const submitted = client.query(new pg.Query('SELECT 1 AS one'));
    submitted.on('row', (row) => rows.push(row));
    await new Promise((resolve) => submitted.on('end', resolve));
    expect(rows).toEqual(expected);
  });

  test('that is refused says so by an error whose stack leads to whoever asked', async () => {
    const client = await connect();
    const error = await askInVain(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(pg.DatabaseError);
    expect((error as Error).stack).toContain('askInVain');
    await expect(
      new Promise((_resolve, reject) => {
        client.query('SELECT nothing', reject);
      }),
    ).rejects.toThrow('"nothing"');
  });

  async function askInVain(client: pg.Client): Promise<void> {
    await client.query('SELECT nothing');
  }

  test('leaves nothing of its rows in old memory once they have been looked at', async () => {
    const client = await connect();
    const look = async (): Promise<void> => {
      await client.query(
        "SELECT repeat('x', 50) || i AS a, repeat('y', 50) || i AS b FROM generate_series(1, 500) AS i",
      );
    };
    const left = await mebibytesLeftBy(async () => {
      for (let times = 0; times < 5; times += 1) await look();
    });
    // The driver by itself leaves some 10.
    expect(left).toBeLessThan(2);
  });
});

describe('a server that vanishes without a word', () => {
  test('is given up, and everything that it has not answered hears that it is away', async () => {
    const client = await connect({ connectionString: await proxy.start(database.url), silenceTimeoutMs: 300 });
    await client.query('SELECT 1');
    proxy.fallSilent();
    const unanswered = [client.query('SELECT 2'), client.query('SELECT 3')];
    for (const each of await Promise.allSettled(unanswered)) {
      expect(each).toEqual({ status: 'rejected', reason: expect.toSatisfy(isUnavailable) as unknown });
    }
  });

  test('is another thing than one that has nothing to answer, or that answers now and then', async () => {
    const client = await connect({ silenceTimeoutMs: 600 });
    const holder = await connect();
    await holder.query('SELECT pg_advisory_lock(1), pg_advisory_lock(2)');
    // Time goes on when the test says so; the server answers when a lock is free.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const answers = [1, 2].map((lock) => client.query('SELECT pg_advisory_lock($1)', [lock]));
      for (const [index, answer] of answers.entries()) {
        vi.advanceTimersByTime(400);
        await holder.query('SELECT pg_advisory_unlock($1)', [index + 1]);
        await answer;
      }
      vi.advanceTimersByTime(5_000);
    } finally {
      vi.useRealTimers();
    }
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
