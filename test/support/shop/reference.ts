import type { Pool } from 'pg';

/** Our name for it at its gateway. */
export async function referenceOf(pool: Pool, kind: 'payment' | 'refund', id: number): Promise<string> {
  const { rows } = await pool.query<{ reference: string }>('SELECT gateway_reference($1, $2) AS reference', [kind, id]);
  const [row] = rows;
  if (!row) throw new Error('the database answered nothing');
  return row.reference;
}
