/** What of ours a reference at a gateway stands for. */
export interface Referenced {
  readonly kind: 'payment' | 'refund';
  readonly id: number;
}

/**
 * A reference is made in the database, by `gateway_reference`: it bears the token of this installation, or none where the
 * payment or refund is from before there were tokens. What is read here out of one may be of another installation on the
 * same account: whoever looks its id up compares the whole of it.
 */
const REFERENCE = /^(payment|refund)-(?:[a-z][0-9a-f]{11}-)?([1-9]\d{0,15})$/;

/** Undefined: it is no reference of our kind. */
export function referencedBy(reference: string): Referenced | undefined {
  const [, kind, digits] = REFERENCE.exec(reference) ?? [];
  const id = Number(digits);
  if ((kind !== 'payment' && kind !== 'refund') || !Number.isSafeInteger(id)) return undefined;
  return { kind, id };
}

/** The id in a payment's reference of our kind; undefined when it is none. */
export function paymentIdIn(reference: string): number | undefined {
  const referenced = referencedBy(reference);
  return referenced?.kind === 'payment' ? referenced.id : undefined;
}

/** The id in a refund's reference of our kind; undefined when it is none. */
export function refundIdIn(reference: string): number | undefined {
  const referenced = referencedBy(reference);
  return referenced?.kind === 'refund' ? referenced.id : undefined;
}
