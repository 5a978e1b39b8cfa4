/** What of ours a reference at a gateway stands for. */
export interface Referenced {
  readonly kind: 'payment' | 'refund';
  readonly id: number;
}

/** Our name at the gateway for a refund, the same for all its attempts. */
export function referenceOf(refundId: number): string {
  return `refund-${refundId}`;
}

export function referenceOfPayment(paymentId: number): string {
  return `payment-${paymentId}`;
}

/** Undefined: it is no reference of ours. */
export function referencedBy(reference: string): Referenced | undefined {
  const [, kind, digits] = /^(payment|refund)-([1-9]\d{0,15})$/.exec(reference) ?? [];
  const id = Number(digits);
  if ((kind !== 'payment' && kind !== 'refund') || !Number.isSafeInteger(id)) return undefined;
  return { kind, id };
}

/** The id in a payment's reference of ours; undefined when it is none. */
export function paymentIdIn(reference: string): number | undefined {
  const referenced = referencedBy(reference);
  return referenced?.kind === 'payment' ? referenced.id : undefined;
}

/** The id in a refund's reference of ours; undefined when it is none. */
export function refundIdIn(reference: string): number | undefined {
  const referenced = referencedBy(reference);
  return referenced?.kind === 'refund' ? referenced.id : undefined;
}
