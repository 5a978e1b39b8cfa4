import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import type { SecretBox } from './secret-box.ts';

/** A column of secrets that a SecretBox has sealed, of a table with an `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly purpose: string;
  /** A condition on the rows that still count; left out: all do. */
  readonly inUse?: string;
}

/** How many secrets are sealed by what. */
export interface Standing {
  /** As they would be now. */
  readonly current: number;
  /** Not at all, or by a key that seals nothing new any more. */
  readonly outdated: number;
  /** By no key that there is here. */
  readonly unreadable: number;
}

const ROWS_AT_ONCE = 100;

/** Of one column, those that count. */
export async function standingOf(pool: Pool, box: SecretBox, sealed: SealedColumn): Promise<Standing> {
  const { table, column, purpose, inUse = 'true' } = sealed;
  const { rows } = await pool.query<{ secret: Buffer }>(
    `SELECT ${column} AS secret FROM ${table} WHERE ${column} IS NOT NULL AND ${inUse}`,
  );
  const readable = rows.filter(({ secret }) => box.opened(secret, purpose) !== undefined);
  const current = readable.filter(({ secret }) => box.isCurrent(secret)).length;
  return { current, outdated: readable.length - current, unreadable: rows.length - readable.length };
}

/**
 * Seals what a column has anew, as it would be sealed now, a bounded number of rows in each transaction. What others
 * change meanwhile waits for the rows that it needs, and is kept. Answers with how many secrets were sealed anew; what
 * does not open stays as it is.
 */
export async function reseal(pool: Pool, box: SecretBox, sealed: SealedColumn): Promise<number> {
  let resealed = 0;
  let lastId: number | undefined = 0;
  while (lastId !== undefined) {
    const bite = await resealSome(pool, box, sealed, lastId);
    resealed += bite.resealed;
    lastId = bite.lastId;
  }
  return resealed;
}

/** @returns lastId undefined: there are no more rows */
async function resealSome(
  pool: Pool,
  box: SecretBox,
  { table, column, purpose }: SealedColumn,
  afterId: number,
): Promise<{ readonly resealed: number; readonly lastId: number | undefined }> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: number; secret: Buffer }>({
      text: `SELECT id, ${column} AS secret FROM ${table} WHERE id > $1 AND ${column} IS NOT NULL
             ORDER BY id LIMIT $2 FOR UPDATE`,
      values: [afterId, ROWS_AT_ONCE],
    });
    const renewed = rows.flatMap(({ id, secret }) => {
      const opened = box.isCurrent(secret) ? undefined : box.opened(secret, purpose);
      return opened === undefined ? [] : [{ id, secret: box.seal(opened, purpose) }];
    });
    if (renewed.length > 0) {
      await client.query({
        text: `UPDATE ${table} SET ${column} = renewed.secret
               FROM unnest($1::bigint[], $2::bytea[]) AS renewed (id, secret) WHERE ${table}.id = renewed.id`,
        values: [renewed.map(({ id }) => id), renewed.map(({ secret }) => secret)],
      });
    }
    return { resealed: renewed.length, lastId: rows.length < ROWS_AT_ONCE ? undefined : rows.at(-1)?.id };
  });
}
