import type { Pool } from 'pg';
import { DatabaseUnavailable } from './postgres.ts';

/**
 * Asks whether the server takes writes. A standby answers every other question as a primary does.
 *
 * @throws DatabaseUnavailable when it takes none; the pool's own error when it does not answer
 */
export async function confirmWritable(pool: Pool): Promise<void> {
  // A connection from before says how it was then, and is not kept: a new one has the last word.
  for (let tries = pool.totalCount + 1; tries > 0; tries -= 1) {
    if (await isWritable(pool)) return;
  }
  throw new DatabaseUnavailable('the database takes no writes');
}

async function isWritable(pool: Pool): Promise<boolean> {
  const client = await pool.connect();
  let writes = false;
  try {
    const { rows } = await client.query<{ setting: string }>(
      `SELECT current_setting('transaction_read_only') AS setting`,
    );
    writes = rows[0]?.setting === 'off';
    return writes;
  } finally {
    client.release(!writes);
  }
}
