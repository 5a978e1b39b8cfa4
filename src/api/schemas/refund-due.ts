import { Type } from 'typebox';
import { AmountMinor, Id, named, Nullable } from './common.ts';
import { SignedAmountMinor, taxedParts } from './pricing.ts';

/** What completing a return gives back, taken apart. */
export const RefundDueSchema = named(
  'RefundDue',
  Type.Object({
    lines: Type.Array(
      Type.Object({
        order_item_id: Id,
        quantity: Type.Integer(),
        discount_minor: { ...AmountMinor, description: "These units' part of the discounts" },
        ...taxedParts,
      }),
    ),
    shipping: Nullable(Type.Object(taxedParts)),
    rounding_minor: SignedAmountMinor,
    deductions: Type.Array(
      Type.Object({
        kind: Type.Enum(['restocking_fee', 'deduction', 'refunded_before'] as const),
        description: Type.String(),
        amount_minor: AmountMinor,
      }),
    ),
    total_minor: { ...AmountMinor, description: 'What is refunded' },
    awaits_refund_ids: Type.Array(Id, {
      description:
        'Refunds that await approval and reserve what is needed here: the return is completed once they are decided ' +
        'on. `total_minor` is what is refunded if they are rejected',
    }),
  }),
);
