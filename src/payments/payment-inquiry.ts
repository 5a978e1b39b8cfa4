import type { PaymentInquiry } from './payment-gateway.ts';
import { referenceOfPayment } from './references.ts';

/** What of a payment of ours a gateway must know to find it. */
export interface InquiredPayment {
  readonly id: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly reference: string | null;
  readonly token: string | null;
  readonly createdAt: Date;
}

export function inquiryOf(payment: InquiredPayment): PaymentInquiry {
  const { id, amountMinor, currency, reference, token, createdAt } = payment;
  return {
    reference: referenceOfPayment(id),
    amountMinor,
    currency,
    requestedAt: createdAt,
    paymentReference: reference,
    paymentToken: token,
  };
}
