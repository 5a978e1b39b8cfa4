import { Type } from 'typebox';
import { Id, Reason, strict, Text } from './common.ts';
import { MOST_ITEMS } from './order.ts';
import { PositiveAmountMinor } from './payment.ts';

const completion = {
  accepted: Type.Optional(
    Type.Array(
      Type.Object(
        {
          order_item_id: Id,
          quantity: Type.Integer({
            minimum: 0,
            maximum: 2_147_483_647,
            description: 'From none to all of the units that the return has of it',
            examples: [1],
          }),
        },
        strict,
      ),
      {
        minItems: 1,
        maxItems: MOST_ITEMS,
        description:
          'What is accepted of its lines, where that is not all: only these units are refunded, and the others can be ' +
          'returned again. A line that is not named is accepted whole',
      },
    ),
  ),
  restocking_fee_minor: Type.Optional({ ...PositiveAmountMinor, description: 'Kept back of what is due' }),
  deductions: Type.Optional(
    Type.Array(Type.Object({ description: Text(200, 'Scratched'), amount_minor: PositiveAmountMinor }, strict), {
      maxItems: 20,
      description: 'What else is kept back, each with its reason; no more in all than is due',
    }),
  ),
};

/** What completing a return may accept of it, and keep back. */
export const CompleteReturnBody = Type.Object(
  { reason: Reason, ...completion },
  {
    ...strict,
    examples: [{ restocking_fee_minor: 5000 }, { accepted: [{ order_item_id: 1002, quantity: 1 }] }],
  },
);

/** As completing it, without a reason. */
export const CompletionPreview = Type.Object(completion, {
  ...strict,
  examples: [{ accepted: [{ order_item_id: 1002, quantity: 1 }] }],
});
