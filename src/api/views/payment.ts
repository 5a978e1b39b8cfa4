import type { Static } from 'typebox';
import type { PaymentEvent } from '../../domain/lifecycles.ts';
import type { Payment } from '../../domain/orders/order.ts';
import { capturedMinor, refundableMinor } from '../../domain/payments/balances.ts';
import type { PaymentSchema } from '../schemas/payment.ts';

export function paymentView(payment: Payment, orderId: number): Static<typeof PaymentSchema> {
  return {
    id: payment.id,
    order_id: orderId,
    state: payment.state,
    method: payment.method,
    gateway: payment.gateway,
    reference: payment.reference,
    intent: payment.intent,
    amount_minor: payment.amountMinor,
    captured_minor: capturedMinor(payment),
    capture_minor: payment.captureMinor,
    currency: payment.currency,
    refunded_minor: payment.refundedMinor,
    credit_minor: payment.creditMinor,
    refundable_minor: refundableMinor(payment),
    failure_code: payment.failureCode,
    failure_message: payment.failureMessage,
    created_at: payment.createdAt,
    updated_at: payment.updatedAt,
    allowed: allowedOf(payment),
  };
}

/** The lifecycle's other events are the gateway's, not a person's. */
function allowedOf({ state, intent }: Payment): PaymentEvent[] {
  if (state === 'PENDING') return intent === 'void' ? [] : ['void'];
  if (state !== 'AUTHORISED' || intent === 'void') return [];
  return intent === 'capture' ? ['void'] : ['capture', 'void'];
}
