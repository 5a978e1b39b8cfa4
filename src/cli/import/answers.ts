import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describeProblem, type ApiAnswer } from './api-client.ts';
import { ImportError } from './import-error.ts';

/** What the import reads of the API's answers; what else they hold is passed over. */
const returnSchema = Type.Object({
  id: Type.Integer(),
  state: Type.String(),
  reason: Type.Union([Type.String(), Type.Null()]),
  items: Type.Array(Type.Object({ order_item_id: Type.Integer(), quantity: Type.Integer() })),
});

const refundSchema = Type.Object({
  id: Type.Integer(),
  return_id: Type.Union([Type.Integer(), Type.Null()]),
  amount_minor: Type.Integer(),
  currency: Type.String(),
  state: Type.String(),
});

const orderSchema = Type.Object({
  id: Type.Integer(),
  order_number: Type.String(),
  customer_id: Type.String(),
  currency: Type.String(),
  state: Type.String(),
  total_minor: Type.Integer(),
  items: Type.Array(
    Type.Object({
      id: Type.Integer(),
      sku: Type.String(),
      title: Type.String(),
      quantity: Type.Integer(),
      unit_price_minor: Type.Integer(),
    }),
  ),
  returns: Type.Array(returnSchema),
  refunds: Type.Array(refundSchema),
});

const orderListSchema = Type.Object({ data: Type.Array(Type.Object({ id: Type.Integer() })) });

const invoiceSchema = Type.Object({ rendered_at: Type.Union([Type.String(), Type.Null()]) });

export type OrderAnswer = Static<typeof orderSchema>;
export type ReturnAnswer = Static<typeof returnSchema>;
export type RefundAnswer = Static<typeof refundSchema>;

export const readOrder = reader(orderSchema);
export const readOrderList = reader(orderListSchema);
export const readReturn = reader(returnSchema);
export const readRefund = reader(refundSchema);
export const readInvoice = reader(invoiceSchema);

export type Reader<Value> = (request: string, answer: ApiAnswer) => Value;

/**
 * A function that takes the wanted answer out of what the server said to `request` (named in the errors).
 * It throws an ImportError on a problem, and on an answer of another shape.
 */
function reader<Schema extends TSchema>(schema: Schema): Reader<Static<Schema>> {
  const validator = Compile(schema);
  return (request, answer) => {
    if (!answer.ok) throw new ImportError(`${request} was refused: ${describeProblem(answer)}`);
    if (validator.Check(answer.body)) return answer.body;
    const [fault] = validator.Errors(answer.body);
    const where = fault ? ` (${fault.instancePath || 'the body'} ${fault.message})` : '';
    throw new ImportError(`${request} was answered with something else than the API promises${where}`);
  };
}
