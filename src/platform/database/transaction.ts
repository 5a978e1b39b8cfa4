import type { Pool, PoolClient } from 'pg';
import { isUnavailable, sqlState } from './postgres.ts';

/** The session was ended because nothing came for too long, and so before the COMMIT came. */
const IDLE_STATE = '25P03';

/** The connection was lost while committing: the change may or may not have happened. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/**
 * Does `work` in one transaction, which commits when that resolves, and is rolled back when it rejects. Whatever is
 * thrown, nothing has changed, but for an OutcomeUnknown. What an answer needs is read in there as well: once it has
 * committed, nothing may fail any more.
 *
 * @throws OutcomeUnknown when the connection was lost while it committed
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await commit(client);
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => {
        // A server that takes no writes rolls back all the same, and would refuse whoever gets this connection next.
        client.release(isUnavailable(error));
      },
      () => {
        client.release(true);
      },
    );
    throw error;
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    if (!isUnavailable(error) || sqlState(error) === IDLE_STATE) throw error;
    throw new OutcomeUnknown('the connection was lost while committing', { cause: error });
  }
}
