import { Type } from 'typebox';
import { eventsOf, orderLifecycle, refundLifecycle, returnLifecycle } from '../../domain/lifecycles.ts';
import {
  AmountMinor,
  Currency,
  emailAddress,
  Id,
  named,
  Nullable,
  pageOf,
  PageQuery,
  ref,
  strict,
  Text,
  Timestamp,
  TimestampOut,
} from './common.ts';
import { PaymentSchema } from './payment.ts';
import { RefundDueSchema } from './refund-due.ts';
import { linePricing, newLinePricing, newOrderPricing, orderPricing } from './pricing.ts';

/** At most this many line items in an order. */
export const MOST_ITEMS = 2_000;

const Quantity = Type.Integer({ minimum: 1, maximum: 2_147_483_647, examples: [2] });
/**
 * One plain address, as src/platform/mail.ts takes it, so that no order is placed whose invoice cannot be sent. The
 * format alone would take quoted ones, with line breaks and lists in them.
 */
const Email = emailAddress(320, 'asha@example.com');

const OrderStateSchema = Type.Enum(orderLifecycle.states);
const ReturnStateSchema = Type.Enum(returnLifecycle.states);
const RefundStateSchema = Type.Enum(refundLifecycle.states);

const NO_SPACES_AROUND = '^\\S(.*\\S)?$';

export const NewOrder = Type.Object(
  {
    order_number: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        pattern: NO_SPACES_AROUND,
        description: "The shop's own number, without spaces around it; made when left out",
        examples: ['WEB-20260401-17'],
      }),
    ),
    customer_id: {
      ...Text(200, 'customer-42'),
      pattern: NO_SPACES_AROUND,
      description: "The shop's own name for the customer, without spaces around it",
    },
    customer_email: Type.Optional(Nullable(Email)),
    currency: Type.Optional(Currency),
    placed_at: Type.Optional({ ...Timestamp, description: 'A day ahead at most; now when left out' }),
    items: Type.Array(
      Type.Object(
        {
          sku: Text(100, 'KURTA-M-BLUE'),
          title: Text(1_000, 'Cotton kurta, blue, M'),
          quantity: Quantity,
          unit_price_minor: AmountMinor,
          ...newLinePricing,
        },
        strict,
      ),
      { minItems: 1, maxItems: MOST_ITEMS },
    ),
    ...newOrderPricing,
  },
  {
    ...strict,
    examples: [
      {
        customer_id: 'customer-42',
        customer_email: 'asha@example.com',
        items: [{ sku: 'KURTA-M-BLUE', title: 'Cotton kurta, blue, M', quantity: 2, unit_price_minor: 129900 }],
      },
    ],
  },
);

export const NewReturn = Type.Object(
  {
    reason: Text(1_000, 'Too small'),
    items: Type.Array(Type.Object({ order_item_id: Id, quantity: Quantity }, strict), {
      minItems: 1,
      maxItems: MOST_ITEMS,
    }),
  },
  { ...strict, examples: [{ reason: 'Too small', items: [{ order_item_id: 1002, quantity: 1 }] }] },
);

/** As a new return, without its reason. */
export const ReturnPreview = Type.Object(
  { items: NewReturn.properties.items },
  { ...strict, examples: [{ items: [{ order_item_id: 1002, quantity: 1 }] }] },
);

const OrderFields = {
  id: Id,
  order_number: Type.String(),
  customer_id: Type.String(),
  customer_email: Nullable(Type.String()),
  currency: Type.String(),
  state: OrderStateSchema,
  total_minor: AmountMinor,
  placed_at: TimestampOut,
  created_at: TimestampOut,
  updated_at: TimestampOut,
  version: Type.Integer({
    description: 'Grows with each change but that a paper was drawn or sent; what `If-Match` is held against',
  }),
  allowed: Type.Array(Type.Enum(eventsOf(orderLifecycle)), { description: 'The events that are legal now' }),
};

export const OrderSummarySchema = named('OrderSummary', Type.Object(OrderFields));
export const OrderPage = pageOf(OrderSummarySchema);

export const RefundSchema = named(
  'Refund',
  Type.Object({
    id: Id,
    order_id: Id,
    order_number: Type.String(),
    payment_id: { ...Id, description: 'The payment that it goes back to' },
    cause: Type.Enum(['return', 'cancellation', 'goodwill', 'overpayment'] as const),
    return_id: Nullable(Id),
    requested_by: Nullable(
      Type.String({ description: 'Who asked for it, where a person did; null for shops and customers' }),
    ),
    amount_minor: AmountMinor,
    currency: Type.String(),
    state: RefundStateSchema,
    attempt: Type.Integer({ description: 'Grows when a person retries a refund that the gateway declined' }),
    gateway_reference: Nullable(Type.String()),
    elsewhere_reference: Nullable(
      Type.String({ description: 'Of one that you paid elsewhere, and recorded: what that payment is called there' }),
    ),
    failure_code: Nullable(Type.String()),
    failure_message: Nullable(Type.String()),
    created_at: TimestampOut,
    updated_at: TimestampOut,
    allowed: Type.Array(Type.Enum(['retry', 'record', 'approve', 'reject'] as const), {
      description: 'What a person may do now',
    }),
  }),
);
export const RefundPage = pageOf(RefundSchema);
export const RefundListSchema = named('RefundList', Type.Object({ data: Type.Array(ref(RefundSchema)) }));

export const ReturnSchema = named(
  'Return',
  Type.Object({
    id: Id,
    order_id: Id,
    order_number: Type.String(),
    customer_id: Type.String(),
    currency: Type.String(),
    state: ReturnStateSchema,
    reason: Type.String(),
    created_at: TimestampOut,
    updated_at: TimestampOut,
    version: Type.Integer({ description: "The order's version: a return is part of its order" }),
    items: Type.Array(
      Type.Object({
        id: Id,
        order_item_id: Id,
        sku: Type.String(),
        title: Type.String(),
        quantity: Type.Integer({ description: 'Units that were asked back' }),
        accepted_quantity: Nullable(
          Type.Integer({
            description: 'Of those, the units that were accepted when it was completed; null until then',
          }),
        ),
        unit_price_minor: AmountMinor,
      }),
    ),
    amount_minor: Type.Integer({
      description: 'Quantity x unit price of its items; of a completed one, accepted quantity x unit price',
    }),
    refund_due: Type.Optional({
      ...Nullable(ref(RefundDueSchema)),
      description:
        'What completing it would refund now, all of it accepted; of a completed one, what it refunded. Left out in ' +
        'lists; null of one that was rejected, or of which nothing was accepted',
    }),
    refund_id: { ...Nullable(Id), description: 'The first of `refund_ids`' },
    refund_ids: Type.Array(Id, { description: 'One for each payment that money went back to' }),
    allowed: Type.Array(Type.Enum(eventsOf(returnLifecycle)), { description: 'The events that are legal now' }),
  }),
);
export const ReturnPage = pageOf(ReturnSchema);

export const OrderSchema = named(
  'Order',
  Type.Object({
    ...OrderFields,
    ...orderPricing,
    items: Type.Array(
      Type.Object({
        id: Id,
        line_number: Type.Integer(),
        sku: Type.String(),
        title: Type.String(),
        quantity: Type.Integer(),
        unit_price_minor: AmountMinor,
        ...linePricing,
        returned_quantity: Type.Integer({
          description: 'Units in returns that were not rejected; of completed ones, those that were accepted',
        }),
        returnable_quantity: Type.Integer({ description: 'Units that a return may still name now' }),
      }),
    ),
    outstanding_minor: {
      ...AmountMinor,
      description:
        'What the customer still owes and no payment under way is about to cover: the total, less what was credited and ' +
        'captured, plus what was refunded; 0 of a cancelled order',
    },
    payments: Type.Array(ref(PaymentSchema)),
    returns: Type.Array(ref(ReturnSchema)),
    refunds: Type.Array(ref(RefundSchema)),
    invoice: Nullable(
      Type.Object({
        id: Id,
        number: Type.String(),
        issued_at: TimestampOut,
        rendered_at: Nullable(TimestampOut),
        emailed_at: Nullable(TimestampOut),
      }),
    ),
    credit_notes: Type.Array(
      Type.Object({
        id: Id,
        number: Type.String({ examples: ['CRN2627/00000001'] }),
        return_id: Nullable(Id),
        refund_id: Nullable({ ...Id, description: 'Of money given back without goods' }),
        total_minor: AmountMinor,
        issued_at: TimestampOut,
        rendered_at: Nullable(TimestampOut),
        emailed_at: Nullable(TimestampOut),
      }),
    ),
  }),
);

const listFilters = {
  customer_id: Type.Optional(Text(200, 'customer-42')),
  order_number: Type.Optional(Text(64, 'WEB-20260401-17')),
  sku: Type.Optional(Text(100, 'KURTA-M-BLUE')),
  created_from: Type.Optional(Timestamp),
  created_to: Type.Optional({ ...Timestamp, description: 'Exclusive' }),
  ...PageQuery,
};
export const OrderListQuery = Type.Object({ state: Type.Optional(OrderStateSchema), ...listFilters }, strict);
export const ReturnListQuery = Type.Object({ state: Type.Optional(ReturnStateSchema), ...listFilters }, strict);
export const RefundListQuery = Type.Object(
  { state: Type.Optional(RefundStateSchema), order_id: Type.Optional(Id), ...PageQuery },
  strict,
);
