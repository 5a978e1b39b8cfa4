/** The gateways that a payment can go through: which one is kept with the payment, and its refunds follow it. */
export const PAYMENT_GATEWAYS = ['local', 'stripe', 'razorpay'] as const;
export type PaymentGatewayName = (typeof PAYMENT_GATEWAYS)[number];

/** Those that capture part of what they have authorised, and release the rest. */
const CAPTURE_IN_PART: ReadonlySet<PaymentGatewayName> = new Set(['local', 'stripe']);

export function capturesInPart(gateway: PaymentGatewayName): boolean {
  return CAPTURE_IN_PART.has(gateway);
}

/** Those whose token names the payment itself: one that has failed here is found by it, should money come after all. */
const TOKEN_NAMES_PAYMENT: ReadonlySet<PaymentGatewayName> = new Set(['razorpay']);

export function tokenNamesPayment(gateway: PaymentGatewayName): boolean {
  return TOKEN_NAMES_PAYMENT.has(gateway);
}

export function isPaymentGatewayName(text: string): text is PaymentGatewayName {
  return PAYMENT_GATEWAYS.some((name) => name === text);
}
