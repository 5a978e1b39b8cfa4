import { Type } from 'typebox';
import { PAYMENT_GATEWAYS } from '../../domain/payments/payment-gateways.ts';
import { DIFFERENCE_KINDS, DIFFERENCE_STATES, DIFFERENCE_SUBJECTS } from '../../queries/money/reconciliation.ts';
import { Currency, Id, named, Nullable, pageOf, PageQuery, strict, TimestampOut } from './common.ts';

const Amount = Nullable(Type.Integer({ description: 'Whole minor units' }));

export const DifferenceSchema = named(
  'ReconciliationDifference',
  Type.Object({
    id: Id,
    gateway: Type.Enum(PAYMENT_GATEWAYS),
    subject: Type.Enum(DIFFERENCE_SUBJECTS, { description: 'What differs' }),
    kind: Type.Enum(DIFFERENCE_KINDS, {
      description:
        '`paid_but_open_here`: it has paid a refund that is open here; `failed_there`: a refund that it had paid has failed since; ' +
        '`ahead_there`: it is further with a payment than we ' +
        'know; `states_differ`: it says of a payment what cannot come after what we say; `not_at_the_gateway`: done here, ' +
        'unknown there; `amounts_differ`; `paid_twice`; `unknown_here`: it has what is no payment or refund here; ' +
        '`outcome_unknown`: under way for over an hour, neither done nor pending there',
    }),
    refund_id: { ...Nullable(Id), description: 'Ours; null: there is none' },
    payment_id: { ...Nullable(Id), description: 'Ours; null: there is none' },
    order_id: Nullable(Id),
    our_state: Nullable(Type.String()),
    our_amount_minor: Amount,
    our_currency: Nullable(Currency),
    gateway_reference: { ...Nullable(Type.String()), description: "The gateway's name for it; null: there is none" },
    their_amount_minor: Amount,
    their_currency: Nullable(Currency),
    state: Type.Enum(DIFFERENCE_STATES),
    created_at: TimestampOut,
    last_seen_at: TimestampOut,
    resolved_at: Nullable(TimestampOut),
    resolved_by: { ...Nullable(Type.String()), description: '`reconcile`: the books agree again' },
    resolution: {
      ...Nullable(Type.String()),
      description:
        'Of one that is open: what was said when it was resolved, before an amount of it or our state was another',
    },
  }),
);
export const DifferencePage = pageOf(DifferenceSchema);

export const DifferenceListQuery = Type.Object(
  {
    state: Type.Optional(Type.Enum(DIFFERENCE_STATES)),
    kind: Type.Optional(Type.Enum(DIFFERENCE_KINDS)),
    gateway: Type.Optional(Type.Enum(PAYMENT_GATEWAYS)),
    subject: Type.Optional(Type.Enum(DIFFERENCE_SUBJECTS)),
    ...PageQuery,
  },
  strict,
);

export const ResolutionBody = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 1_000,
      description: 'What was found and done; kept with the difference',
      examples: ['Paid by hand; the customer has confirmed it'],
    }),
  },
  { ...strict, examples: [{ reason: 'Paid by hand; the customer has confirmed it' }] },
);

export const ComparisonSchema = named(
  'Comparison',
  Type.Object({
    gateway: Type.Enum(PAYMENT_GATEWAYS),
    requested_at: { ...Nullable(TimestampOut), description: 'Asked for, and not begun yet' },
    begun_at: { ...Nullable(TimestampOut), description: 'Null: never yet' },
    finished_at: { ...Nullable(TimestampOut), description: 'Null: under way, or come to no end' },
    repaired: { ...Nullable(Type.Integer()), description: 'How many differences the last one settled here' },
    differ: { ...Nullable(Type.Integer()), description: 'How many wait for a person' },
    failure: { ...Nullable(Type.String()), description: 'Why the last one came to no end' },
  }),
);
export const ComparisonList = Type.Object({ data: Type.Array(ComparisonSchema) });

export const NewComparison = Type.Object(
  { gateway: Type.Enum(PAYMENT_GATEWAYS, { description: 'Whose books to compare with ours' }) },
  { ...strict, examples: [{ gateway: 'local' }] },
);
