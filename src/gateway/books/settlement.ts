import type { Pool } from 'pg';
import type { EventLog, EventSubject } from './event-log.ts';
import { inTransaction } from '../../platform/database/transaction.ts';

const MOST_AT_ONCE = 100;

interface SettledRow extends EventSubject {
  readonly status: 'authorised' | 'captured' | 'succeeded' | 'declined';
}

/**
 * Settles what was pending and whose time has come, and writes down the events that tell of it. Answers whether there
 * may be more. Several processes may do so at once.
 */
export async function settlePending(pool: Pool, events: EventLog): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const payments = await client.query<SettledRow>({
      name: 'settle-payments',
      text: `WITH due AS MATERIALIZED (
               SELECT id FROM gateway.payments WHERE status = 'pending' AND settles_at <= now()
               ORDER BY settles_at LIMIT $1 FOR UPDATE SKIP LOCKED)
             UPDATE gateway.payments p
             SET status = CASE WHEN settles_declined_code IS NOT NULL THEN 'declined'
                               WHEN captures THEN 'captured' ELSE 'authorised' END,
                 captured_minor = CASE WHEN settles_declined_code IS NULL AND captures THEN amount_minor ELSE 0 END,
                 decline_code = settles_declined_code, settles_at = NULL
             FROM due WHERE p.id = due.id
             RETURNING p.id, p.reference, p.status`,
      values: [MOST_AT_ONCE],
    });
    const refunds = await client.query<SettledRow>({
      name: 'settle-refunds',
      text: `WITH due AS MATERIALIZED (
               SELECT id FROM gateway.refunds WHERE status = 'pending' AND settles_at <= now()
               ORDER BY settles_at LIMIT $1 FOR UPDATE SKIP LOCKED)
             UPDATE gateway.refunds r
             SET status = CASE WHEN settles_declined_code IS NULL THEN 'succeeded' ELSE 'declined' END,
                 decline_code = settles_declined_code, settles_at = NULL
             FROM due WHERE r.id = due.id
             RETURNING r.id, r.reference, r.status`,
      values: [MOST_AT_ONCE],
    });
    for (const status of ['authorised', 'captured', 'declined'] as const) {
      await events.record(client, `payment.${status}`, rowsThatAre(payments.rows, status));
    }
    for (const status of ['succeeded', 'declined'] as const) {
      await events.record(client, `refund.${status}`, rowsThatAre(refunds.rows, status));
    }
    return payments.rows.length === MOST_AT_ONCE || refunds.rows.length === MOST_AT_ONCE;
  });
}

function rowsThatAre(rows: readonly SettledRow[], status: SettledRow['status']): SettledRow[] {
  return rows.filter((row) => row.status === status);
}
