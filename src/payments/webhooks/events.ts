import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { NOTES } from '../razorpay/shapes.ts';
import { METADATA } from '../stripe/shapes.ts';

/** What we take of a webhook: which event, and of what. Its figures are not taken; the gateway is asked for those. */
export interface GatewayEvent {
  readonly id: string;
  readonly type: string;
  /** Our reference of the payment or refund that it is about; null: of nothing that we sent. */
  readonly reference: string | null;
  readonly createdAt: Date | undefined;
}

const Id = Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' });
const Texts = Type.Record(Type.String(), Type.Unknown());

const localSchema = Compile(
  Type.Object({ id: Id, type: Id, data: Type.Object({ reference: Type.Optional(Type.String({ maxLength: 200 })) }) }),
);

export function eventOfLocal(parsed: unknown): GatewayEvent | undefined {
  if (!localSchema.Check(parsed)) return undefined;
  return { id: parsed.id, type: parsed.type, reference: parsed.data.reference ?? null, createdAt: undefined };
}

const stripeSchema = Compile(
  Type.Object({
    id: Id,
    type: Id,
    data: Type.Object({
      object: Type.Object({ object: Type.String(), metadata: Type.Optional(Type.Union([Texts, Type.Null()])) }),
    }),
  }),
);

export function eventOfStripe(parsed: unknown): GatewayEvent | undefined {
  if (!stripeSchema.Check(parsed)) return undefined;
  const { id, type, data } = parsed;
  return { id, type, reference: textIn(data.object.metadata, METADATA.reference), createdAt: undefined };
}

const Entity = Type.Object({ entity: Type.Object({ notes: Type.Unknown() }) });
const razorpaySchema = Compile(
  Type.Object({
    event: Id,
    created_at: Type.Integer({ minimum: 0, maximum: 253_402_300_799 }),
    payload: Type.Object({ payment: Type.Optional(Entity), refund: Type.Optional(Entity) }),
  }),
);

/** An event of a refund carries its payment as well: then it is the refund that it is about. */
export function eventOfRazorpay(parsed: unknown, id: string): GatewayEvent | undefined {
  if (!razorpaySchema.Check(parsed)) return undefined;
  const { event: type, created_at: seconds, payload } = parsed;
  const about = type.startsWith('refund.') ? payload.refund : payload.payment;
  const reference = textIn(about?.entity.notes, NOTES.reference);
  return { id, type, reference, createdAt: new Date(seconds * 1_000) };
}

function textIn(texts: unknown, name: string): string | null {
  if (typeof texts !== 'object' || texts === null) return null;
  const value: unknown = Object.entries(texts).find(([key]) => key === name)?.[1];
  return typeof value === 'string' && value.length <= 200 ? value : null;
}
