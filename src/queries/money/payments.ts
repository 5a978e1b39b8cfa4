import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { OrderState, PaymentState } from '../../domain/lifecycles.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';

/** A payment with what is asked about it outside its order. */
export interface PaymentView {
  readonly id: number;
  readonly orderId: number;
  readonly orderNumber: string;
  readonly orderState: OrderState;
  readonly state: PaymentState;
  readonly method: string;
  /** Null: captured elsewhere. */
  readonly gateway: PaymentGatewayName | null;
  /** The gateway's own name for it. */
  readonly reference: string | null;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly token: string | null;
  readonly intent: 'capture' | 'void' | null;
  readonly amountMinor: number;
  readonly captureMinor: number | null;
  readonly currency: string;
  readonly refundedMinor: number;
  readonly creditMinor: number;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export async function readPayment(reads: Reads, paymentId: number): Promise<PaymentView | undefined> {
  const { rows } = await reads.query<PaymentView>({
    name: 'read-payment',
    text: `SELECT payments.id, payments.order_id AS "orderId", order_number AS "orderNumber",
                  orders.state AS "orderState", payments.state, method, gateway, reference, token, intent,
                  gateway_reference('payment', payments.id) AS "ourReference",
                  amount_minor AS "amountMinor", capture_minor AS "captureMinor", payments.currency,
                  refunded_minor AS "refundedMinor", credit_minor AS "creditMinor", failure_code AS "failureCode", failure_message AS "failureMessage",
                  payments.created_at AS "createdAt", payments.updated_at AS "updatedAt"
           FROM payments JOIN orders ON orders.id = payments.order_id WHERE payments.id = $1`,
    values: [paymentId],
  });
  return rows[0];
}
