import type { Pool } from 'pg';
import { orderLifecycle } from '../domain/lifecycles.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { eraseCustomer, finalStates } from './erase.ts';

/** Who is on record for what a rule has done. */
const ACTOR = 'retention';
const CUSTOMERS_AT_ONCE = 20;
const DELIVERIES_AT_ONCE = 2_000;

/**
 * Erases customers who have had nothing to do with the shop for so many days, a few at a time. One whose orders are not
 * through yet is passed over. Answers with how many were erased.
 */
export async function eraseIdleCustomers(pool: Pool, keepDays: number): Promise<number> {
  const { rows } = await pool.query<{ customerId: string }>({
    text: `SELECT customer_id AS "customerId" FROM orders
           WHERE updated_at < now() - make_interval(days => $1) AND customer_id NOT LIKE 'erased-%'
             AND state = ANY ($3::text[])
             AND NOT EXISTS (SELECT FROM orders AS later
                             WHERE later.customer_id = orders.customer_id
                               AND (later.updated_at >= now() - make_interval(days => $1)
                                    OR NOT (later.state = ANY ($3::text[]))))
           GROUP BY customer_id ORDER BY min(updated_at) LIMIT $2`,
    values: [keepDays, CUSTOMERS_AT_ONCE, finalStates(orderLifecycle)],
  });
  let erased = 0;
  for (const { customerId } of rows) {
    const outcome = await inTransaction(pool, (client) => eraseCustomer(client, customerId, ACTOR));
    if (outcome.kind === 'erased') erased += 1;
  }
  return erased;
}

/** Removes webhook deliveries that are through and past their keeping, with what was answered; a bounded number. */
export async function removeOldDeliveries(pool: Pool, keepDays: number): Promise<number> {
  const { rowCount } = await pool.query({
    text: `DELETE FROM webhook_deliveries WHERE id IN (
             SELECT id FROM webhook_deliveries
             WHERE created_at < now() - make_interval(days => $1) AND state <> 'PENDING'
             ORDER BY created_at LIMIT $2)`,
    values: [keepDays, DELIVERIES_AT_ONCE],
  });
  return rowCount ?? 0;
}
