import type { Pool } from 'pg';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import { LAST_COMPARED } from '../money/reconciliation.ts';

/** What waits for a person, in the order of how soon it should be looked at. */
export const ATTENTION_KINDS = [
  'refunds_failed',
  'refunds_unanswered',
  'jobs_dead',
  'differences_open',
  'comparisons_failing',
  'webhook_endpoints_disabled',
  'orders_stuck_paid',
  'orders_stuck_in_warehouse',
  'refunds_to_approve',
  'returns_to_approve',
  'returns_to_complete',
  'parcels_expected',
  'orders_to_process',
  'orders_to_ship',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export interface Attention {
  readonly kind: AttentionKind;
  /** At most MOST_COUNTED; that many stands for that many or more. */
  readonly count: number;
  /** Since when the one that waits longest does; null when there is none. */
  readonly oldestAt: Date | null;
}

/** Counting stops here: a person needs no exact figure above it, and the time must not grow with the shop. */
export const MOST_COUNTED = 1_000;

/** Of the oldest orders of a state, how many are looked at for stuck ones. */
const MOST_LOOKED_AT = 5_000;

/** A gateway answers in seconds; one that has not after this long leaves the outcome open, and a person should know. */
const UNANSWERED_AFTER_MINUTES = 15;

/** Books are compared once a day, and after a failure every two hours. */
const COMPARED_WITHIN_HOURS = 48;

export interface OverviewOptions {
  /** How long an order may stay paid, or in the warehouse, before somebody should look. */
  readonly stuckAfterHours: number;
  /** Whose books are to be compared. */
  readonly gateways: readonly PaymentGatewayName[];
}

export async function readOverview(
  pool: Pool,
  { stuckAfterHours, gateways }: OverviewOptions,
): Promise<readonly Attention[]> {
  const { rows } = await pool.query<Attention>({
    name: 'read-overview',
    text: `SELECT kind, count(since)::integer AS count, min(since) AS "oldestAt" FROM (
             SELECT 'refunds_failed' AS kind, waiting.since FROM (
               SELECT updated_at AS since FROM refunds WHERE state = 'FAILED'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'refunds_unanswered', waiting.since FROM (
               SELECT updated_at AS since FROM refunds
               WHERE state = 'SUBMITTED' AND updated_at < now() - make_interval(mins => $2)
                 AND created_at < now() - make_interval(mins => $2)
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'jobs_dead', waiting.since FROM (
               SELECT updated_at AS since FROM jobs WHERE state = 'DEAD'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'differences_open', waiting.since FROM (
               SELECT created_at AS since FROM reconciliation_differences WHERE state = 'OPEN'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'comparisons_failing', ${LAST_COMPARED} FROM reconciliation_turns
               WHERE gateway = ANY ($5::text[])
                 AND (failure IS NOT NULL OR ${LAST_COMPARED} < now() - make_interval(hours => $6))
             UNION ALL SELECT 'webhook_endpoints_disabled', waiting.since FROM (
               SELECT disabled_at AS since FROM webhook_endpoints
               WHERE state = 'DISABLED' AND disabled_reason <> 'PERSON' AND deleted_at IS NULL LIMIT $1) AS waiting
             UNION ALL SELECT 'orders_stuck_paid', waiting.since FROM (
               SELECT updated_at AS since FROM (
                 SELECT updated_at FROM orders
                 WHERE state = 'PAID' AND created_at < now() - make_interval(hours => $3)
                 ORDER BY created_at, id LIMIT $4) AS old
               WHERE updated_at < now() - make_interval(hours => $3) LIMIT $1) AS waiting
             UNION ALL SELECT 'orders_stuck_in_warehouse', waiting.since FROM (
               SELECT updated_at AS since FROM (
                 SELECT updated_at FROM orders
                 WHERE state = 'PROCESSING_IN_WAREHOUSE' AND created_at < now() - make_interval(hours => $3)
                 ORDER BY created_at, id LIMIT $4) AS old
               WHERE updated_at < now() - make_interval(hours => $3) LIMIT $1) AS waiting
             UNION ALL SELECT 'refunds_to_approve', waiting.since FROM (
               SELECT created_at AS since FROM refunds WHERE state = 'AWAITING_APPROVAL'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'returns_to_approve', waiting.since FROM (
               SELECT created_at AS since FROM returns WHERE state = 'REQUESTED'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'returns_to_complete', waiting.since FROM (
               SELECT updated_at AS since FROM returns WHERE state = 'RECEIVED'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'parcels_expected', waiting.since FROM (
               SELECT updated_at AS since FROM returns WHERE state = 'IN_TRANSIT'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'orders_to_process', waiting.since FROM (
               SELECT updated_at AS since FROM orders WHERE state = 'PAID'
               ORDER BY created_at, id LIMIT $1) AS waiting
             UNION ALL SELECT 'orders_to_ship', waiting.since FROM (
               SELECT updated_at AS since FROM orders WHERE state = 'PROCESSING_IN_WAREHOUSE'
               ORDER BY created_at, id LIMIT $1) AS waiting
           ) AS everything GROUP BY kind`,
    values: [MOST_COUNTED, UNANSWERED_AFTER_MINUTES, stuckAfterHours, MOST_LOOKED_AT, gateways, COMPARED_WITHIN_HOURS],
  });
  const found = new Map(rows.map((row) => [row.kind, row]));
  return ATTENTION_KINDS.map((kind) => found.get(kind) ?? { kind, count: 0, oldestAt: null });
}
