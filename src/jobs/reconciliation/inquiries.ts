import type { Pool } from 'pg';

const MOST_AT_ONCE = 1_000;

const ALIVE = `'READY', 'QUEUED', 'RUNNING'`;

/** Has the gateway asked about refunds that are under way, each once at a time. */
export async function inquireAboutRefunds(pool: Pool, refundIds: readonly number[]): Promise<void> {
  if (refundIds.length === 0) return;
  await pool.query({
    name: 'inquire-about-refunds',
    text: `INSERT INTO jobs (order_id, kind, subject_id)
           SELECT order_id, 'refund.inquire', id FROM refunds
           WHERE id = ANY ($1::bigint[]) AND state = 'SUBMITTED'
             AND NOT EXISTS (SELECT FROM jobs WHERE jobs.order_id = refunds.order_id AND jobs.subject_id = refunds.id
                               AND jobs.kind = 'refund.inquire' AND jobs.state IN (${ALIVE}))`,
    values: [refundIds.slice(0, MOST_AT_ONCE)],
  });
}

/** Has the steps of payments that are under way taken up again, each once at a time: they ask before they send. */
export async function inquireAboutPayments(pool: Pool, paymentIds: readonly number[]): Promise<void> {
  if (paymentIds.length === 0) return;
  await pool.query({
    name: 'inquire-about-payments',
    text: `INSERT INTO jobs (order_id, kind, subject_id)
           SELECT order_id, CASE state WHEN 'PENDING' THEN 'payment.authorise' ELSE 'payment.' || intent END, id
           FROM payments
           WHERE id = ANY ($1::bigint[]) AND (state = 'PENDING' OR state = 'AUTHORISED' AND intent IS NOT NULL)
             AND NOT EXISTS (SELECT FROM jobs WHERE jobs.order_id = payments.order_id AND jobs.subject_id = payments.id
                               AND jobs.kind LIKE 'payment.%' AND jobs.state IN (${ALIVE}))`,
    values: [paymentIds.slice(0, MOST_AT_ONCE)],
  });
}
