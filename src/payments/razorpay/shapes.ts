import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { GatewayPayment, GatewayRefund, Settled } from '../payment-gateway.ts';
import { printable } from '../sdk-transport.ts';

/** What we read of Razorpay's answers; money is believed only in an answer that has the shape. */
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
/** An empty set of notes is answered as a list. */
const Notes = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Array(Type.Unknown()), Type.Null()]);
const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

const Payment = Type.Object({
  id: Type.String({ pattern: '^pay_[A-Za-z0-9]{1,40}$' }),
  entity: Type.Literal('payment'),
  amount: Type.Integer(),
  currency: Currency,
  status: Type.String(),
  captured: Type.Boolean(),
  notes: Notes,
  error_code: OptionalText,
  error_reason: OptionalText,
});
export type RazorpayPayment = Type.Static<typeof Payment>;

const Refund = Type.Object({
  id: Type.String({ pattern: '^rfnd_[A-Za-z0-9]{1,40}$' }),
  entity: Type.Literal('refund'),
  amount: Type.Integer(),
  currency: Currency,
  status: Type.String(),
  notes: Notes,
});
export type RazorpayRefund = Type.Static<typeof Refund>;

const paymentSchema = Compile(Payment);
const refundSchema = Compile(Refund);

/** The names under which our reference and key travel in Razorpay's notes. */
export const NOTES = { reference: 'roundtrip_reference', key: 'roundtrip_key' } as const;

export function asPayment(answer: unknown): RazorpayPayment | undefined {
  return paymentSchema.Check(answer) ? answer : undefined;
}

export function asRefund(answer: unknown): RazorpayRefund | undefined {
  return refundSchema.Check(answer) ? answer : undefined;
}

export function notesOf({ notes }: RazorpayPayment | RazorpayRefund): Record<string, string> {
  return Object.fromEntries(Object.entries(notes ?? {}).map(([name, value]) => [name, String(value)]));
}

export function noteOf(entry: RazorpayPayment | RazorpayRefund, name: string): string {
  return notesOf(entry)[name] ?? '';
}

/** Undefined: a status that we do not know, and guess nothing about. */
export function paymentOf(payment: RazorpayPayment): GatewayPayment | undefined {
  const status = statusOf(payment);
  if (status === undefined) return undefined;
  return {
    gatewayReference: payment.id,
    reference: noteOf(payment, NOTES.reference),
    amountMinor: payment.amount,
    capturedMinor: payment.captured ? payment.amount : 0,
    currency: payment.currency,
    status,
    declineCode: status === 'declined' ? printable(payment.error_reason ?? payment.error_code, 'declined') : null,
  };
}

function statusOf({ status, captured }: RazorpayPayment): GatewayPayment['status'] | undefined {
  switch (status) {
    case 'created':
      return 'pending';
    case 'authorized':
      return 'authorised';
    case 'captured':
      return 'captured';
    case 'refunded':
      // What was never captured, Razorpay gives back by itself.
      return captured ? 'captured' : 'voided';
    case 'failed':
      return 'declined';
    default:
      return undefined;
  }
}

const REFUND_STATUS: Readonly<Record<string, GatewayRefund['status']>> = {
  pending: 'pending',
  processed: 'succeeded',
  failed: 'declined',
};

export function refundOf(refund: RazorpayRefund): GatewayRefund | undefined {
  const status = REFUND_STATUS[refund.status];
  if (status === undefined) return undefined;
  return {
    gatewayReference: refund.id,
    reference: noteOf(refund, NOTES.reference),
    amountMinor: refund.amount,
    currency: refund.currency,
    status,
  };
}

export function settledRefund({ id, status }: RazorpayRefund, meaning: GatewayRefund['status']): Settled {
  if (meaning !== 'declined') return { kind: meaning, gatewayReference: id };
  return { kind: 'declined', code: status, message: 'Razorpay could not carry the refund out.' };
}
