import type { Database } from './people.ts';
import { removeSecondFactor } from './second-factor.ts';
import { endSessions } from './sessions.ts';

/**
 * Takes out of the account of somebody who has left what is personal, and everything by which they came in. The name
 * stays: it is on record for what they have done, where hashes cover it, and must never become another's. False: they
 * are not disabled. To be done in a transaction, by the owner of the tables.
 */
export async function forgetPerson(database: Database, personId: number): Promise<boolean> {
  const { rowCount } = await database.query({
    text: `UPDATE people SET email = 'forgotten-' || id || '@forgotten.invalid', password_hash = NULL
           WHERE id = $1 AND disabled_at IS NOT NULL`,
    values: [personId],
  });
  if (rowCount !== 1) return false;
  await removeSecondFactor(database, personId);
  await endSessions(database, personId);
  await database.query({
    text: `WITH withdrawn AS (DELETE FROM one_time_links WHERE person_id = $1)
           DELETE FROM familiar_addresses WHERE person_id = $1`,
    values: [personId],
  });
  return true;
}
