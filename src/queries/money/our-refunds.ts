import type { Pool } from 'pg';
import type { RefundState } from '../../domain/lifecycles.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';

export interface RefundOfOurs {
  readonly id: number;
  readonly orderId: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  /** Under way for so long that the gateway's answer should have come by any of its ways. */
  readonly isOverdue: boolean;
}

const SELECT = `SELECT refunds.id, refunds.order_id AS "orderId", refunds.amount_minor AS "amountMinor",
                       refunds.currency, refunds.state,
                       refunds.state = 'SUBMITTED' AND refunds.updated_at < now() - interval '1 hour' AS "isOverdue"
                FROM refunds JOIN payments ON payments.id = refunds.payment_id`;

export interface OurRefundsPage {
  readonly gateway: PaymentGatewayName;
  /** Null: all. */
  readonly since: Date | null;
  readonly afterId: number;
  readonly limit: number;
}

/** The refunds that go through a gateway in the order of their ids, a page at a time. */
export async function refundsAfter(pool: Pool, page: OurRefundsPage): Promise<RefundOfOurs[]> {
  const { rows } = await pool.query<RefundOfOurs>({
    name: 'refunds-after',
    text: `${SELECT}
           WHERE refunds.id > $1 AND coalesce(payments.gateway, 'local') = $2
             AND ($3::timestamptz IS NULL OR refunds.created_at >= $3)
           ORDER BY refunds.id LIMIT $4`,
    values: [page.afterId, page.gateway, page.since?.toISOString() ?? null, page.limit],
  });
  return rows;
}

export async function refundsById(pool: Pool, ids: readonly number[]): Promise<RefundOfOurs[]> {
  const { rows } = await pool.query<RefundOfOurs>({
    name: 'refunds-by-id',
    text: `${SELECT} WHERE refunds.id = ANY ($1::bigint[])`,
    values: [ids],
  });
  return rows;
}
