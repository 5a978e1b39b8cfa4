import type { Pool } from 'pg';
import type { PaymentState } from '../../domain/lifecycles.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { OurPage } from './our-side.ts';

/** A payment of ours that goes through a gateway. */
export interface PaymentOfOurs {
  readonly id: number;
  readonly orderId: number;
  readonly state: PaymentState;
  readonly intent: 'capture' | 'void' | null;
  readonly amountMinor: number;
  readonly captureMinor: number | null;
  readonly currency: string;
  /** The gateway's own name for it. */
  readonly reference: string | null;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly token: string | null;
  readonly createdAt: Date;
  /** A step of it has been under way for so long that the gateway's answer should have come by any of its ways. */
  readonly isOverdue: boolean;
}

const SELECT = `SELECT id, order_id AS "orderId", state, intent, amount_minor AS "amountMinor",
                       capture_minor AS "captureMinor", currency, reference, token,
                       gateway_reference('payment', id) AS "ourReference", created_at AS "createdAt",
                       (state = 'PENDING' OR state = 'AUTHORISED' AND intent IS NOT NULL)
                         AND updated_at < now() - interval '1 hour' AS "isOverdue"
                FROM payments`;

/** The payments that go through a gateway, oldest first, a page at a time. */
export async function paymentsAfter(pool: Pool, { gateway, after, limit }: OurPage): Promise<PaymentOfOurs[]> {
  const { rows } = await pool.query<PaymentOfOurs>({
    name: 'payments-after',
    text: `${SELECT} WHERE gateway = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
    values: [gateway, after.createdAt.toISOString(), after.id, limit],
  });
  return rows;
}

/** Those of them from before a moment that have a step under way. */
export async function openPaymentsAfter(
  pool: Pool,
  { gateway, after, limit }: OurPage,
  before: Date,
): Promise<PaymentOfOurs[]> {
  const { rows } = await pool.query<PaymentOfOurs>({
    name: 'open-payments-after',
    text: `${SELECT}
           WHERE gateway = $1 AND state IN ('PENDING', 'AUTHORISED') AND (state = 'PENDING' OR intent IS NOT NULL)
             AND created_at < $5 AND (created_at, id) > ($2, $3)
           ORDER BY created_at, id LIMIT $4`,
    values: [gateway, after.createdAt.toISOString(), after.id, limit, before.toISOString()],
  });
  return rows;
}

/** Those of the ids that are payments through this gateway. */
export async function paymentsById(
  pool: Pool,
  gateway: PaymentGatewayName,
  ids: readonly number[],
): Promise<PaymentOfOurs[]> {
  const { rows } = await pool.query<PaymentOfOurs>({
    name: 'payments-by-id',
    text: `${SELECT} WHERE id = ANY ($1::bigint[]) AND gateway = $2`,
    values: [ids, gateway],
  });
  return rows;
}
