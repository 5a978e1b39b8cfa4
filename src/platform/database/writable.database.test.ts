import { afterAll, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useSessions } from '../../../test/support/sessions.ts';
import { silentLogger } from '../logger.ts';
import { createPool, DatabaseUnavailable } from './postgres.ts';
import { confirmWritable } from './writable.ts';

/** Whether the server takes writes is known, and known anew once it does, on the same pool. */
const database = useDatabase();
const sessions = useSessions(database);

const ends: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

test('a server that takes no writes is told from one that does, for as long as that is so', async () => {
  const administrator = await sessions.open();
  const setting = `DATABASE ${new URL(database.url).pathname.slice(1)}`;
  const options = { databaseUrl: database.url, applicationName: 'writable', size: 1, logger: silentLogger };
  const pool = createPool(options);
  ends.push(() => pool.end());
  await administrator.query(`ALTER ${setting} SET default_transaction_read_only = on`);
  await expect(confirmWritable(pool)).rejects.toThrow(DatabaseUnavailable);
  await administrator.query(`ALTER ${setting} RESET default_transaction_read_only`);
  await confirmWritable(pool);
});
