import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useSessions } from '../../../test/support/sessions.ts';
import { silentLogger } from '../logger.ts';
import { createPool, isUnavailable } from './postgres.ts';
import { inTransaction, OutcomeUnknown } from './transaction.ts';

/** What is known of a transaction when it fails: that nothing was done, unless its COMMIT was lost. */
const database = useDatabase();
const sessions = useSessions(database);
const STOOD_STILL_MS = 400;
const INSERT = 'INSERT INTO notes VALUES ($1)';
const CUT = 'SELECT pg_terminate_backend(pg_backend_pid())';

beforeAll(async () => {
  await database.pool.query(`
    CREATE TABLE notes (words text UNIQUE DEFERRABLE INITIALLY DEFERRED);
    CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
    CREATE CONSTRAINT TRIGGER cut_at_commit AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.words = 'cut') EXECUTE FUNCTION cut()`);
});

const noted = async (words: string): Promise<boolean> =>
  (await database.pool.query('SELECT FROM notes WHERE words = $1', [words])).rows.length > 0;

describe('a transaction', () => {
  test('is committed when its work is done, and answers with what that answers', async () => {
    const answer = await inTransaction(database.pool, async (client) => {
      await client.query(INSERT, ['done']);
      return 7;
    });
    expect(answer).toBe(7);
    expect(await noted('done')).toBe(true);
  });

  test('whose connection is lost while it commits has an outcome that nobody knows', async () => {
    const work = inTransaction(database.pool, (client) => client.query(INSERT, ['cut']));
    await expect(work).rejects.toThrow(OutcomeUnknown);
  });

  test.each([
    ['its work fails', () => Promise.reject(new Error('no'))],
    ['its connection is lost before it commits', (cut: () => Promise<unknown>) => cut()],
  ])('has done nothing, and says so, where %s', async (what, fail) => {
    const work = inTransaction(database.pool, async (client) => {
      await client.query(INSERT, [what]);
      await fail(() => client.query(CUT));
    });
    await expect(work).rejects.not.toBeInstanceOf(OutcomeUnknown);
    expect(await noted(what)).toBe(false);
  });

  test('has done nothing, and says so, where the process stood still before it committed, and its session was ended', async () => {
    const url = new URL(database.url);
    url.searchParams.set('idle_in_transaction_session_timeout', '100');
    const pool = createPool({ databaseUrl: url.href, applicationName: 'still', size: 1, logger: silentLogger });
    const work = inTransaction(pool, async (client) => {
      await client.query(INSERT, ['still']);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOOD_STILL_MS);
    });
    await expect(work).rejects.toMatchObject({ code: '25P03' });
    await expect(work).rejects.toSatisfy(isUnavailable);
    await pool.end();
    expect(await noted('still')).toBe(false);
  });

  test('has done nothing, and says so, where the database refuses to commit it', async () => {
    await database.pool.query(INSERT, ['taken']);
    const work = inTransaction(database.pool, (client) => client.query(INSERT, ['taken']));
    await expect(work).rejects.toMatchObject({ code: '23505' });
  });

  test('on a server that takes no writes leaves no connection behind that goes on refusing them', async () => {
    const administrator = await sessions.open();
    const setting = `DATABASE ${new URL(database.url).pathname.slice(1)}`;
    const options = { databaseUrl: database.url, applicationName: 'read-only', size: 1, logger: silentLogger };
    const pool = createPool(options);
    const note = () => inTransaction(pool, (client) => client.query(INSERT, ['after']));
    await administrator.query(`ALTER ${setting} SET default_transaction_read_only = on`);
    await expect(note()).rejects.toMatchObject({ code: '25006' });
    await administrator.query(`ALTER ${setting} RESET default_transaction_read_only`);
    await note();
    await pool.end();
    expect(await noted('after')).toBe(true);
  });
});
