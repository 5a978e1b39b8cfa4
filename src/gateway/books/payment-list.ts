import type { Pool } from 'pg';
import { PAYMENT_COLUMNS, type BookedPayment } from './payment-book.ts';
import type { BookFilter } from './refund-book.ts';

/** Newest first. */
export async function listPayments(
  pool: Pool,
  { reference, createdFrom, beforeSequence }: BookFilter,
  limit: number,
): Promise<BookedPayment[]> {
  const { rows } = await pool.query<BookedPayment>({
    text: `SELECT ${PAYMENT_COLUMNS} FROM gateway.payments
           WHERE ($1::text IS NULL OR reference = $1)
             AND ($2::timestamptz IS NULL OR created_at >= $2)
             AND ($3::bigint IS NULL OR sequence < $3)
           ORDER BY sequence DESC LIMIT $4`,
    values: [reference, createdFrom?.toISOString(), beforeSequence, limit],
  });
  return rows;
}

export interface PaymentTotals {
  readonly currency: string;
  readonly status: string;
  readonly count: number;
  /** As texts, since a sum may be past 2^53. */
  readonly amountMinor: string;
  readonly capturedMinor: string;
}

/** What was authorised and captured, by currency and status. */
export async function paymentTotals(pool: Pool): Promise<PaymentTotals[]> {
  const { rows } = await pool.query<PaymentTotals>({
    name: 'payment-totals',
    text: `SELECT currency, status, count(*) AS count, sum(amount_minor)::text AS "amountMinor",
                  sum(captured_minor)::text AS "capturedMinor"
           FROM gateway.payments GROUP BY currency, status ORDER BY currency, status`,
  });
  return rows;
}
