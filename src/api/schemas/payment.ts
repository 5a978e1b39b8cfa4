import { Type } from 'typebox';
import { eventsOf, paymentLifecycle } from '../../domain/lifecycles.ts';
import { PAYMENT_GATEWAYS } from '../../domain/payments/payment-gateways.ts';
import { UNNAMED_METHOD } from '../../domain/orders/order.ts';
import { AmountMinor, Currency, Id, named, Nullable, Reason, strict, Text, TimestampOut } from './common.ts';

export const PositiveAmountMinor = { ...AmountMinor, minimum: 1 };

const PaymentStateSchema = Type.Enum(paymentLifecycle.states);

export const NewPayment = Type.Object(
  {
    amount_minor: PositiveAmountMinor,
    currency: Type.Optional({ ...Currency, description: "The order's, when left out; another is refused" }),
    method: Type.Optional({
      ...Text(50, 'upi'),
      default: UNNAMED_METHOD,
      description: 'How it is paid, as you call it',
    }),
    reference: Type.Optional({
      ...Text(200, 'till-3-0042'),
      description: 'Of a payment that was captured elsewhere: what it is called there',
    }),
    gateway: Type.Optional(Type.Enum(PAYMENT_GATEWAYS, { description: 'The gateway to authorise it by' })),
    payment_token: Type.Optional({
      ...Text(200, 'pm_1PQ'),
      description: "What the gateway's part of your page gave for the customer's means of payment",
    }),
    capture: Type.Optional(
      Type.Boolean({ description: 'Whether the gateway captures it as it authorises it; true when left out' }),
    ),
  },
  { ...strict, examples: [{ amount_minor: 129900, method: 'upi', reference: 'till-3-0042' }] },
);

export const PaymentSchema = named(
  'Payment',
  Type.Object({
    id: Id,
    order_id: Id,
    state: PaymentStateSchema,
    method: Type.String(),
    gateway: Nullable(Type.Enum(PAYMENT_GATEWAYS, { description: 'Null: captured elsewhere' })),
    reference: Nullable(Type.String({ description: "The gateway's name for it, or what it is called elsewhere" })),
    intent: Nullable(Type.Enum(['capture', 'void'] as const, { description: 'What the gateway is asked for' })),
    amount_minor: { ...AmountMinor, description: 'What was asked for, and authorised' },
    captured_minor: { ...AmountMinor, description: 'What has come in by it; 0 until it is captured' },
    capture_minor: {
      ...Nullable(AmountMinor),
      description: 'The part that the gateway is to capture, or has; null: all. The rest is released',
    },
    currency: Type.String(),
    refunded_minor: { ...AmountMinor, description: 'Reserved by refunds' },
    credit_minor: { ...AmountMinor, description: "Above what was owed: the customer's credit" },
    refundable_minor: { ...AmountMinor, description: 'What may still be refunded of it' },
    failure_code: Nullable(Type.String()),
    failure_message: Nullable(Type.String()),
    created_at: TimestampOut,
    updated_at: TimestampOut,
    allowed: Type.Array(Type.Enum(eventsOf(paymentLifecycle)), { description: 'What a person may ask for now' }),
  }),
);

export const CaptureBody = Type.Object(
  {
    amount_minor: Type.Optional({
      ...PositiveAmountMinor,
      description: 'Up to what was authorised, the rest of which is released; all of it, when left out',
    }),
    reason: Reason,
  },
  { ...strict, examples: [{ amount_minor: 99900 }] },
);

export const NewRefund = Type.Object(
  {
    amount_minor: PositiveAmountMinor,
    payment_id: Type.Optional({ ...Id, description: 'The payment that it goes back to; else the newest first' }),
    reason: { ...Text(1_000, 'A dent in the lid'), description: 'Kept on the record, and said by the credit note' },
  },
  { ...strict, examples: [{ amount_minor: 5000, reason: 'A dent in the lid' }] },
);

export const RecordRefundBody = Type.Object(
  {
    reference: {
      ...Text(200, 'NEFT N331261234567'),
      pattern: '^\\S(.*\\S)?$',
      description: 'What that payment is called where it was made',
    },
    reason: Reason,
  },
  { ...strict, examples: [{ reference: 'NEFT N331261234567', reason: 'The card is closed' }] },
);
