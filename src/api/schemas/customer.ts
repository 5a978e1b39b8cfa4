import { Type } from 'typebox';
import { named, Nullable, PageQuery, ref, strict, Text } from './common.ts';
import { OrderSchema } from './order.ts';
import { InvoiceSchema } from './paper.ts';
import { TransitionSchema } from './record.ts';

const CustomerId = Text(200, 'customer-42');

/** Names the orders that no shop placed, as ids of shops begin at 1. */
export const NO_SHOP = 0;
/** With a customer's id, which is good within its shop alone. */
export const ShopOfCustomer = Type.Optional(
  Type.Integer({
    minimum: NO_SHOP,
    maximum: Number.MAX_SAFE_INTEGER,
    description:
      "The shop whose customer it is, by the id of its key; 0: of the orders that no shop placed. Needed where several shops' " +
      'customers have this id',
    examples: [7],
  }),
);

export const CustomerOrderSchema = named(
  'CustomerOrder',
  Type.Object({
    order: ref(OrderSchema),
    invoice: Nullable(ref(InvoiceSchema)),
    transitions: Type.Array(ref(TransitionSchema), { description: 'The whole record of the order, oldest first' }),
  }),
);

export const CustomerExportPage = named(
  'CustomerExportPage',
  Type.Object({
    customer_id: Type.String(),
    data: Type.Array(ref(CustomerOrderSchema)),
    next: Nullable(Type.String({ description: 'Hand it back as `after`; null on the last page' })),
  }),
);

export const CustomerExportQuery = Type.Object(
  {
    customer_id: CustomerId,
    shop_id: ShopOfCustomer,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 50,
        default: 20,
        description: 'Orders on a page, each with all that it has',
      }),
    ),
    after: PageQuery.after,
  },
  strict,
);

export const CustomerErasureBody = Type.Object(
  { customer_id: CustomerId, shop_id: ShopOfCustomer },
  { ...strict, examples: [{ customer_id: 'customer-42' }] },
);

export const CustomerErasureSchema = named(
  'CustomerErasure',
  Type.Object({
    pseudonym: Type.String({
      description: "What stands in the customer's place in what is kept",
      examples: ['erased-0af76519-16cd-43dd-8448-eb211c80319c'],
    }),
    orders: Type.Integer(),
    invoices: Type.Integer({ description: 'Kept, with what tax law demands of them' }),
    kept_reasons: Type.Integer({
      description: 'Reasons from before the record could part with them; they are covered by its hashes, and stay',
    }),
  }),
);
