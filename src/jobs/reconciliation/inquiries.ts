import type { Pool } from 'pg';

/** The rest is asked about by the comparisons that follow, those first that were asked about longest ago. */
const MOST_IN_A_TURN = 10_000;

const ALIVE = `'READY', 'QUEUED', 'RUNNING'`;

/** Has the gateway asked about refunds that are under way, each once at a time. */
export async function inquireAboutRefunds(pool: Pool, refundIds: readonly number[]): Promise<void> {
  if (refundIds.length === 0) return;
  await pool.query({
    name: 'inquire-about-refunds',
    text: `INSERT INTO jobs (order_id, kind, subject_id)
           SELECT order_id, 'refund.inquire', id
           FROM refunds CROSS JOIN LATERAL (
             SELECT max(jobs.created_at) AS at, count(*) FILTER (WHERE jobs.state IN (${ALIVE})) AS alive FROM jobs
             WHERE jobs.order_id = refunds.order_id AND jobs.subject_id = refunds.id AND jobs.kind = 'refund.inquire'
           ) AS asked
           WHERE id = ANY ($1::bigint[]) AND state = 'SUBMITTED' AND asked.alive = 0
           ORDER BY asked.at NULLS FIRST, id LIMIT $2`,
    values: [refundIds, MOST_IN_A_TURN],
  });
}

/** Has the steps of payments that are under way taken up again, each once at a time: they ask before they send. */
export async function inquireAboutPayments(pool: Pool, paymentIds: readonly number[]): Promise<void> {
  if (paymentIds.length === 0) return;
  await pool.query({
    name: 'inquire-about-payments',
    text: `INSERT INTO jobs (order_id, kind, subject_id)
           SELECT order_id, CASE state WHEN 'PENDING' THEN 'payment.authorise' ELSE 'payment.' || intent END, id
           FROM payments CROSS JOIN LATERAL (
             SELECT max(jobs.created_at) AS at, count(*) FILTER (WHERE jobs.state IN (${ALIVE})) AS alive FROM jobs
             WHERE jobs.order_id = payments.order_id AND jobs.subject_id = payments.id AND jobs.kind LIKE 'payment.%'
           ) AS asked
           WHERE id = ANY ($1::bigint[]) AND (state = 'PENDING' OR state = 'AUTHORISED' AND intent IS NOT NULL)
             AND asked.alive = 0
           ORDER BY asked.at NULLS FIRST, id LIMIT $2`,
    values: [paymentIds, MOST_IN_A_TURN],
  });
}
