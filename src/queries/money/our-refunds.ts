import type { Pool } from 'pg';
import type { RefundState } from '../../domain/lifecycles.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { OurPage } from './our-side.ts';

export interface RefundOfOurs {
  readonly id: number;
  readonly orderId: number;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  readonly attempt: number;
  /** The gateway's own name for the one that it paid; null: it has paid none. */
  readonly gatewayReference: string | null;
  readonly isPaidElsewhere: boolean;
  readonly createdAt: Date;
  /** Under way for so long that the gateway's answer should have come by any of its ways. */
  readonly isOverdue: boolean;
}

const SELECT = `SELECT refunds.id, gateway_reference('refund', refunds.id) AS "ourReference",
                       refunds.order_id AS "orderId", refunds.amount_minor AS "amountMinor", refunds.currency,
                       refunds.state, refunds.attempt, refunds.created_at AS "createdAt",
                       refunds.gateway_reference AS "gatewayReference",
                       refunds.elsewhere_reference IS NOT NULL AS "isPaidElsewhere",
                       refunds.state = 'SUBMITTED' AND refunds.updated_at < now() - interval '1 hour' AS "isOverdue"
                FROM refunds JOIN payments ON payments.id = refunds.payment_id`;

/** The refunds that go through a gateway, oldest first, a page at a time. */
export async function refundsAfter(pool: Pool, { gateway, after, limit }: OurPage): Promise<RefundOfOurs[]> {
  const { rows } = await pool.query<RefundOfOurs>({
    name: 'refunds-after',
    text: `${SELECT}
           WHERE coalesce(payments.gateway, 'local') = $1 AND (refunds.created_at, refunds.id) > ($2, $3)
           ORDER BY refunds.created_at, refunds.id LIMIT $4`,
    values: [gateway, after.createdAt.toISOString(), after.id, limit],
  });
  return rows;
}

/** Those of them from before a moment that are under way. */
export async function openRefundsAfter(
  pool: Pool,
  { gateway, after, limit }: OurPage,
  before: Date,
): Promise<RefundOfOurs[]> {
  const { rows } = await pool.query<RefundOfOurs>({
    name: 'open-refunds-after',
    text: `${SELECT}
           WHERE coalesce(payments.gateway, 'local') = $1 AND refunds.state = 'SUBMITTED' AND refunds.created_at < $5
             AND (refunds.created_at, refunds.id) > ($2, $3)
           ORDER BY refunds.created_at, refunds.id LIMIT $4`,
    values: [gateway, after.createdAt.toISOString(), after.id, limit, before.toISOString()],
  });
  return rows;
}

/** Those of the ids that are refunds through this gateway. */
export async function refundsById(
  pool: Pool,
  gateway: PaymentGatewayName,
  ids: readonly number[],
): Promise<RefundOfOurs[]> {
  const { rows } = await pool.query<RefundOfOurs>({
    name: 'refunds-by-id',
    text: `${SELECT} WHERE refunds.id = ANY ($1::bigint[]) AND coalesce(payments.gateway, 'local') = $2`,
    values: [ids, gateway],
  });
  return rows;
}
