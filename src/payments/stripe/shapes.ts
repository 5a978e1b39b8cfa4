import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { GatewayPayment, GatewayRefund, Settled } from '../payment-gateway.ts';
import { printable } from '../sdk-transport.ts';

/**
 * What we read of Stripe's answers. The SDK's types are promises of its documentation; money is believed only in an
 * answer that has the shape.
 */
const Id = Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' });
const Currency = Type.String({ pattern: '^[a-z]{3}$' });
const Metadata = Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()]);
const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

const Intent = Type.Object({
  id: Id,
  object: Type.Literal('payment_intent'),
  amount: Type.Integer(),
  amount_received: Type.Integer(),
  currency: Currency,
  status: Type.String(),
  metadata: Metadata,
  last_payment_error: Type.Optional(
    Type.Union([Type.Object({ code: OptionalText, decline_code: OptionalText }), Type.Null()]),
  ),
});
export type Intent = Type.Static<typeof Intent>;

const Refund = Type.Object({
  id: Id,
  object: Type.Literal('refund'),
  amount: Type.Integer(),
  currency: Currency,
  status: Type.Union([Type.String(), Type.Null()]),
  metadata: Metadata,
  failure_reason: OptionalText,
});
export type StripeRefund = Type.Static<typeof Refund>;

const intentSchema = Compile(Intent);
const refundSchema = Compile(Refund);

/** The names under which our reference and key travel in Stripe's metadata. */
export const METADATA = { reference: 'roundtrip_reference', key: 'roundtrip_key' } as const;

export function asIntent(answer: unknown): Intent | undefined {
  return intentSchema.Check(answer) ? answer : undefined;
}

export function asRefund(answer: unknown): StripeRefund | undefined {
  return refundSchema.Check(answer) ? answer : undefined;
}

/** Undefined: a status that we do not know, and guess nothing about. */
export function paymentOf(intent: Intent): GatewayPayment | undefined {
  const status = PAYMENT_STATUS[intent.status];
  if (status === undefined) return undefined;
  const { last_payment_error: failure } = intent;
  return {
    gatewayReference: intent.id,
    reference: intent.metadata?.[METADATA.reference] ?? '',
    amountMinor: intent.amount,
    capturedMinor: intent.amount_received,
    currency: intent.currency.toUpperCase(),
    status,
    declineCode: status === 'declined' ? printable(failure?.decline_code ?? failure?.code, 'declined') : null,
  };
}

const PAYMENT_STATUS: Readonly<Record<string, GatewayPayment['status']>> = {
  requires_payment_method: 'declined',
  requires_confirmation: 'pending',
  requires_action: 'pending',
  processing: 'pending',
  requires_capture: 'authorised',
  succeeded: 'captured',
  canceled: 'voided',
};

const REFUND_STATUS: Readonly<Record<string, GatewayRefund['status']>> = {
  pending: 'pending',
  requires_action: 'pending',
  succeeded: 'succeeded',
  failed: 'declined',
  canceled: 'declined',
};

export function refundOf(refund: StripeRefund): GatewayRefund | undefined {
  const status = REFUND_STATUS[refund.status ?? 'pending'];
  if (status === undefined) return undefined;
  return {
    gatewayReference: refund.id,
    reference: refund.metadata?.[METADATA.reference] ?? '',
    amountMinor: refund.amount,
    currency: refund.currency.toUpperCase(),
    status,
  };
}

export function settledRefund(refund: StripeRefund, status: GatewayRefund['status']): Settled {
  if (status !== 'declined') return { kind: status, gatewayReference: refund.id };
  const code = printable(refund.failure_reason, refund.status ?? 'failed');
  return { kind: 'declined', code, message: `Stripe could not carry the refund out: ${code}.` };
}
