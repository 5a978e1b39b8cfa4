import type { Pool, PoolClient } from 'pg';
import { OutcomeUnknown } from '../../engine/request.ts';
import { isUnavailable } from '../../platform/database/postgres.ts';
import { inTransaction } from '../../platform/database/transaction.ts';

/**
 * Does `work` in one transaction, and knows how that ended: whatever is thrown, nothing has changed, but for an
 * OutcomeUnknown. What the answer needs is read in there as well: once it has committed, nothing may fail any more.
 *
 * @throws OutcomeUnknown when the connection was lost while it committed
 */
export async function inKnownTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const progress = { isDone: false };
  try {
    return await inTransaction(pool, async (client) => {
      const result = await work(client);
      progress.isDone = true;
      return result;
    });
  } catch (error) {
    if (progress.isDone && isUnavailable(error)) {
      throw new OutcomeUnknown('the connection was lost while committing', { cause: error });
    }
    throw error;
  }
}
