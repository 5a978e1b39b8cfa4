import type { Pool } from 'pg';

/** The token of this installation: what it names in places that others share bears it, as its names at gateways do. */
export async function readInstallation(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ token: string }>('SELECT token FROM installation');
  const [row] = rows;
  if (!row) throw new Error('the database has no installation');
  return row.token;
}
