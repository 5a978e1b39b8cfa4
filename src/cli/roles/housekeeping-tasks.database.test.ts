import { expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { housekeepingTasks } from './housekeeping-tasks.ts';

const database = useDatabase();
const KEEPING = { customerDataKeepDays: undefined, webhookLogKeepDays: 30, jobKeepDays: 90, securityLogKeepDays: 10 };

it('removes what is on record of the door once it is past its keeping, and nothing sooner', async () => {
  await database.pool.query(
    `INSERT INTO security_events (event, actor, created_at)
     SELECT 'access.unknown', age::text, now() - make_interval(days => age) FROM unnest(ARRAY[0, 9, 11, 400]) AS age`,
  );
  const tasks = housekeepingTasks(database.pool, KEEPING);
  const removed = new Map<string, number>();
  for (const { what, clean } of tasks) removed.set(what, await clean());
  expect(removed.get('security events past their 10 days')).toBe(2);
  const { rows } = await database.pool.query<{ actor: string }>('SELECT actor FROM security_events ORDER BY actor');
  expect(rows.map(({ actor }) => actor)).toEqual(['0', '9']);
  for (const { clean } of tasks) expect(await clean()).toBe(0);
});
