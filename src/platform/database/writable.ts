import type { Pool } from 'pg';
import { DatabaseUnavailable } from './postgres.ts';

/**
 * Asks whether the server takes writes. A standby answers every other question as a primary does.
 *
 * @throws DatabaseUnavailable when it takes none; the pool's own error when it does not answer
 */
export async function confirmWritable(pool: Pool): Promise<void> {
  const client = await pool.connect();
  let isWritable = false;
  try {
    const { rows } = await client.query<{ setting: string }>(
      `SELECT current_setting('transaction_read_only') AS setting`,
    );
    isWritable = rows[0]?.setting === 'off';
  } finally {
    // A connection that leads to a standby would go on doing so after another server has become the primary.
    client.release(!isWritable);
  }
  if (!isWritable) throw new DatabaseUnavailable('the database takes no writes');
}
