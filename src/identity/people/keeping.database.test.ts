import { expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { makeLink, removeExpiredLinks } from './one-time-links.ts';
import { createPerson } from './people.ts';
import { beginSession, removeEndedSessions } from './sessions.ts';
import { removeOldFamiliarAddresses, removeOldSignInFailures, SignInThrottle } from './sign-in-throttle.ts';

/** What people leave behind goes in its time, and nothing before. */
const database = useDatabase();

it('removes what is past its keeping of sessions, links, attempts and addresses, and leaves the rest', async () => {
  const { pool } = database;
  const person = await createPerson(pool, {
    name: 'Asha',
    email: 'asha@shop.example',
    role: 'admin',
    createdBy: 'test',
  });
  if (typeof person === 'string') throw new Error('the database was not empty');
  const begin = (address: string) => beginSession(pool, { personId: person.id, address, userAgent: undefined });
  const fresh = await begin('203.0.113.1');
  const idle = await begin('203.0.113.2');
  const over = await begin('203.0.113.3');
  const link = await makeLink(pool, { purpose: 'invite', personId: person.id });
  await makeLink(pool, { purpose: 'setup' });
  const throttle = new SignInThrottle(pool);
  await throttle.attempt('new@shop.example', '203.0.113.4');
  await throttle.attempt('old@shop.example', '203.0.113.4');

  const age = async (text: string, values: readonly unknown[]) => {
    expect((await pool.query(text, [...values])).rowCount).toBe(1);
  };
  await age(`UPDATE sessions SET last_seen_at = now() - interval '61 minutes' WHERE id = $1`, [idle.id]);
  await age(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1`, [over.id]);
  await age(`UPDATE one_time_links SET expires_at = now() - interval '1 second' WHERE purpose = $1`, ['setup']);
  await age(`UPDATE familiar_addresses SET last_signed_in_at = now() - interval '91 days' WHERE address = $1`, [
    '203.0.113.2',
  ]);
  await age(
    `UPDATE sign_in_failures SET failed_at = now() - interval '25 hours'
     WHERE subject = sha256(convert_to($1, 'UTF8'))`,
    ['old@shop.example'],
  );

  expect(await removeEndedSessions(pool)).toBe(2);
  expect(await removeExpiredLinks(pool)).toBe(1);
  expect(await removeOldFamiliarAddresses(pool)).toBe(1);
  expect(await removeOldSignInFailures(pool)).toBe(1);
  for (const remove of [removeEndedSessions, removeExpiredLinks, removeOldFamiliarAddresses, removeOldSignInFailures]) {
    expect(await remove(pool)).toBe(0);
  }
  const { rows } = await pool.query('SELECT id FROM sessions');
  expect(rows).toEqual([{ id: fresh.id }]);
  expect(link.expiresAt.getTime()).toBeGreaterThan(Date.now());
});
