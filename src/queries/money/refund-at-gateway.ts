import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { RefundState } from '../../domain/lifecycles.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';

/** A refund with all that its gateway has to be told. */
export interface RefundAtGateway {
  readonly id: number;
  readonly orderId: number;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  readonly attempt: number;
  /** It is SUCCEEDED because the gateway has paid it: not for being of nothing, nor as paid elsewhere. */
  readonly isPaidByGateway: boolean;
  readonly createdAt: Date;
  /** The gateway that the money came by. */
  readonly gateway: PaymentGatewayName;
  /** The payment's name there; null: it was captured elsewhere. */
  readonly paymentReference: string | null;
}

export async function readRefundAtGateway(reads: Reads, refundId: number): Promise<RefundAtGateway | undefined> {
  const { rows } = await reads.query<RefundAtGateway>({
    name: 'read-refund-at-gateway',
    text: `SELECT refunds.id, gateway_reference('refund', refunds.id) AS "ourReference",
                  refunds.order_id AS "orderId", refunds.amount_minor AS "amountMinor", refunds.currency,
                  refunds.state, refunds.attempt, refunds.created_at AS "createdAt",
                  refunds.state = 'SUCCEEDED' AND refunds.gateway_reference IS NOT NULL
                    AND refunds.elsewhere_reference IS NULL AS "isPaidByGateway",
                  coalesce(payments.gateway, 'local') AS gateway,
                  CASE WHEN payments.gateway IS NOT NULL THEN payments.reference END AS "paymentReference"
           FROM refunds JOIN payments ON payments.id = refunds.payment_id
           WHERE refunds.id = $1`,
    values: [refundId],
  });
  return rows[0];
}
