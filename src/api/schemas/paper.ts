import { Type } from 'typebox';
import { AmountMinor, Id, named, Nullable, TimestampOut } from './common.ts';
import { linePricing, orderPricing, taxedParts } from './pricing.ts';

const { prices_include_tax, rounding_minor, tax_minor, bill_to, ship_to, place_of_supply } = orderPricing;

/** What every paper says, whatever it is about. */
const paper = {
  number: Type.String({ examples: ['INV2627/00000001'] }),
  issued_at: TimestampOut,
  rendered_at: Nullable(TimestampOut),
  emailed_at: Nullable(TimestampOut),
  currency: Type.String(),
  prices_include_tax,
  seller: Type.Object({
    name: Type.String(),
    address_lines: Type.Array(Type.String()),
    region: Nullable(Type.String()),
    country_code: Nullable(Type.String()),
    tax_id: Nullable(Type.String()),
    email: Nullable(Type.String()),
    phone: Nullable(Type.String()),
  }),
  customer: Type.Object({ id: Type.String(), email: Nullable(Type.String()) }),
  bill_to,
  ship_to,
  place_of_supply,
  order: Type.Object({ number: Type.String(), placed_at: Type.String() }),
  rounding_minor,
  taxable_minor: { ...AmountMinor, description: 'Of lines and shipping, without tax' },
  tax_minor,
  total_minor: AmountMinor,
  pdf_url: Type.String(),
  xml_url: Type.String({ description: 'The e-invoice: UBL 2.1 in the shape of PEPPOL BIS Billing 3.0' }),
};

const paperLine = {
  line_number: Type.Integer(),
  sku: Type.String(),
  title: Type.String(),
  quantity: Type.Integer(),
  unit_price_minor: AmountMinor,
  amount_minor: { ...AmountMinor, description: 'Quantity x unit price, before any discount' },
};

export const InvoiceSchema = named(
  'Invoice',
  Type.Object({
    id: Id,
    order_id: Id,
    ...paper,
    lines: Type.Array(Type.Object({ ...paperLine, ...linePricing })),
    shipping: Nullable(
      Type.Object({ amount_minor: AmountMinor, ...taxedParts, commodity_code: Nullable(Type.String()) }),
    ),
  }),
);

export const CreditNoteSchema = named(
  'CreditNote',
  Type.Object({
    id: Id,
    order_id: Id,
    return_id: Nullable({ ...Id, description: 'The return whose goods it takes back' }),
    refund_id: Nullable({ ...Id, description: 'The refund that a person asked for, without goods' }),
    invoice: Type.Object({ number: Type.String(), issued_at: Type.String() }),
    reason: Type.String(),
    ...paper,
    number: Type.String({ examples: ['CRN2627/00000001'] }),
    lines: Type.Array(
      Type.Object({
        ...paperLine,
        discount_minor: { ...AmountMinor, description: "These units' part of the discounts" },
        ...taxedParts,
        commodity_code: Nullable(Type.String()),
      }),
    ),
    shipping: Nullable(Type.Object(taxedParts)),
    goodwill_minor: { ...AmountMinor, description: 'Given back without goods' },
    deductions: Type.Array(Type.Object({ kind: Type.String(), description: Type.String(), amount_minor: AmountMinor })),
    total_minor: { ...AmountMinor, description: 'What is refunded' },
  }),
);
