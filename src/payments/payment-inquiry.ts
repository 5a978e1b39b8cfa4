import type { PaymentInquiry } from './payment-gateway.ts';

/** What of a payment of ours a gateway must know to find it. */
export interface InquiredPayment {
  readonly amountMinor: number;
  readonly currency: string;
  readonly ourReference: string;
  readonly reference: string | null;
  readonly token: string | null;
  readonly createdAt: Date;
}

export function inquiryOf(payment: InquiredPayment): PaymentInquiry {
  const { ourReference, amountMinor, currency, reference, token, createdAt } = payment;
  return {
    reference: ourReference,
    amountMinor,
    currency,
    requestedAt: createdAt,
    paymentReference: reference,
    paymentToken: token,
  };
}
