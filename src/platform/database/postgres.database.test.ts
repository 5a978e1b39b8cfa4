import { afterAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { silentLogger } from '../logger.ts';
import { connectPipelined, createPool, isHeldUp, isUnavailable } from './postgres.ts';

const database = useDatabase();
const ends: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const LIMITS = `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
                       current_setting('idle_in_transaction_session_timeout') AS idle`;

function openPool(size: number) {
  const pool = createPool({ databaseUrl: database.url, applicationName: 'limits', size, logger: silentLogger });
  ends.push(() => pool.end());
  return pool;
}

async function openPipelined() {
  const client = await connectPipelined(database.url, 'limits');
  ends.push(() => client.end().catch(() => undefined));
  return client;
}

describe('a session of ours', () => {
  test('of either kind has a limit on statements, on waiting for locks, and on holding them while it does nothing', async () => {
    const expected = { statement: '15s', lock: '5s', idle: '10s' };
    expect((await openPool(1).query(LIMITS)).rows).toEqual([expected]);
    expect((await (await openPipelined()).query(LIMITS)).rows).toEqual([expected]);
  });

  test('that holds a lock and falls silent is ended, its lock is free, and it hears that the database is away', async () => {
    const silent = await openPipelined();
    // As its own limit does, in less time.
    await silent.query("SET idle_in_transaction_session_timeout = '200ms'; BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE");
    const other = openPool(1);
    await eventually('the lock', () =>
      other.query('BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE NOWAIT; ROLLBACK').then(
        () => true,
        async (error: unknown) => {
          expect(isHeldUp(error)).toBe(true);
          await other.query('ROLLBACK');
          return false;
        },
      ),
    );
    await expect(silent.query('COMMIT')).rejects.toSatisfy(isUnavailable);
  });

  test('asked for while all of the pool are in use is refused in two seconds, as a database that is away', async () => {
    const pool = openPool(1);
    const busy = await pool.connect();
    const askedAt = performance.now();
    await expect(pool.query('SELECT 1')).rejects.toSatisfy(isUnavailable);
    const waitedMs = performance.now() - askedAt;
    expect(waitedMs).toBeGreaterThan(1_900);
    expect(waitedMs).toBeLessThan(4_000);
    busy.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test("that is lost in somebody's hands, between two statements, ends no process; the next statement says so", async () => {
    const pool = openPool(2);
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const lost = new Promise((resolve) => client.once('end', resolve));
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await lost;
    await expect(client.query('SELECT 1')).rejects.toSatisfy(isUnavailable);
    client.release(true);
  });
});
