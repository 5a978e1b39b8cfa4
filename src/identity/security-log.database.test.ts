import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { createLogger, silentLogger } from '../platform/logger.ts';
import { createKey } from './keys/api-keys.ts';
import { SecurityLog, type SecurityEvent } from './security-log.ts';

const database = useDatabase();
const REFUSALS = 2_000;

/** What is in the table of somebody. */
async function rowsOf(actor: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ event: string }>({
    text: 'SELECT event FROM security_events WHERE actor = $1 ORDER BY id',
    values: [actor],
  });
  return rows.map(({ event }) => event);
}

/** However many refusals there are at once, what changes who may come in is in the table and in the log, all of it. */
it('drops refusals alone when too much comes at once', async () => {
  const actor = `person:${randomUUID()}`;
  const lines: string[] = [];
  const log = new SecurityLog(database.pool, createLogger('info', { write: (line) => lines.push(line) }));
  const changes = ['person.reset', 'key.created', 'session.begun', 'session.ended', 'person.password_chosen'] as const;
  const flood = (event: SecurityEvent['event']) => {
    for (let count = 0; count < REFUSALS; count += 1) log.record({ event, actor: 'key:flooding' });
  };
  flood('access.forbidden');
  for (const event of changes) log.record({ event, actor });
  flood('session.refused');
  await log.flush();
  expect(await rowsOf(actor)).toEqual(changes);
  for (const event of changes) expect(lines.filter((line) => line.includes(event))).toHaveLength(1);
  expect((await rowsOf('key:flooding')).length).toBeLessThan(REFUSALS);
  expect(lines.at(-1)).toContain('"dropped":');
});

/** A change and its row commit together: neither is there without the other, and the log tells of no change that failed. */
it('puts a change on record in its own transaction', async () => {
  const lines: string[] = [];
  const log = new SecurityLog(database.pool, createLogger('info', { write: (line) => lines.push(line) }));
  const make = (actor: string, outcome: 'kept' | 'undone') =>
    log.change(database.pool, async (client, record) => {
      record({ event: 'key.created', actor });
      const key = { name: actor, role: 'shop', operations: null, expiresAt: null, createdBy: 'test' } as const;
      await createKey(client, key);
      if (outcome === 'undone') throw new Error('it came to nothing');
    });
  await make('kept', 'kept');
  await expect(make('undone', 'undone')).rejects.toThrow('it came to nothing');
  const { rows } = await database.pool.query(
    `SELECT name, (SELECT xmin FROM security_events WHERE actor = name)::text = xmin::text AS together FROM api_keys`,
  );
  expect(rows).toEqual([{ name: 'kept', together: true }]);
  expect(await rowsOf('undone')).toEqual([]);
  expect(lines).toEqual([expect.stringContaining('"actor":"kept"')]);
});

/** What cannot be put on record is not done. */
it('undoes a change whose row cannot be written', async () => {
  const log = new SecurityLog(database.pool, silentLogger);
  const key = { name: 'unrecorded', role: 'shop', operations: null, expiresAt: null, createdBy: 'test' } as const;
  const attempt = log.change(database.pool, async (client, record) => {
    await createKey(client, key);
    record({ event: 'key.created', actor: 'no \0 text' });
  });
  await expect(attempt).rejects.toThrow();
  const { rows } = await database.pool.query("SELECT FROM api_keys WHERE name = 'unrecorded'");
  expect(rows).toEqual([]);
});
