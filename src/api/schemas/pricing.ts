import { Type } from 'typebox';
import { SHIPPING_REFUNDS } from '../../domain/pricing/facts.ts';
import { MAX_TAX_RATE_BP } from '../../domain/pricing/tax.ts';
import { AmountMinor, Nullable, strict, Text } from './common.ts';

/** At most this many taxes on one price. */
const MOST_TAXES = 8;
const MOST_ADDRESS_LINES = 6;

export const SignedAmountMinor = Type.Integer({
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Whole minor units; negative where it is taken off',
});
const RateBp = Type.Integer({
  minimum: 0,
  maximum: MAX_TAX_RATE_BP,
  description: 'Basis points: 1800 is 18 %',
  examples: [1800],
});
const CommodityCode = Type.String({
  pattern: '^[A-Za-z0-9.]{1,20}$',
  description: 'HSN, SAC or another commodity code',
  examples: ['61052010'],
});

const rates = {
  tax_rate_bp: Type.Optional({
    ...RateBp,
    description: 'Where one tax is charged; or the sum of `taxes`, to be checked',
  }),
  taxes: Type.Optional(
    Type.Array(Type.Object({ name: Text(50, 'CGST'), rate_bp: RateBp }, strict), {
      maxItems: MOST_TAXES,
      description: 'The taxes on this price by name: CGST and SGST, IGST, or one VAT',
    }),
  ),
  commodity_code: Type.Optional(CommodityCode),
};

/** What a line may say of its price beside quantity and unit price. */
export const newLinePricing = {
  discount_minor: Type.Optional({ ...AmountMinor, description: 'Off the whole line' }),
  ...rates,
  expected: Type.Optional(
    Type.Object(
      { tax_minor: Type.Optional(AmountMinor), total_minor: Type.Optional(AmountMinor) },
      { ...strict, description: 'What the shop has worked out itself: refused where ours differs' },
    ),
  ),
};

export const PartySchema = Type.Object(
  {
    name: Text(200, 'Asha Rao'),
    address_lines: Type.Optional(Type.Array(Text(200, '7 Temple Street'), { maxItems: MOST_ADDRESS_LINES })),
    city: Type.Optional(Nullable(Text(100, 'Mysuru'))),
    postal_code: Type.Optional(Nullable(Text(20, '570001'))),
    region: Type.Optional(Nullable(Text(100, '29'))),
    country_code: Type.Optional(
      Nullable(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2', examples: ['IN'] })),
    ),
    tax_id: Type.Optional(Nullable(Text(30, '29AAACR5055K1Z6'))),
  },
  strict,
);

/** What an order may say of its price as a whole, and whom its paper names. */
export const newOrderPricing = {
  prices_include_tax: Type.Optional(
    Type.Boolean({ description: 'Whether unit prices, discounts and shipping include their tax; false when left out' }),
  ),
  discount_minor: Type.Optional({
    ...AmountMinor,
    description: 'Off the whole order; shared by its lines in proportion, by the largest-remainder method',
  }),
  shipping: Type.Optional(
    Type.Object(
      {
        amount_minor: AmountMinor,
        ...rates,
        refund: Type.Optional(
          Type.Enum(SHIPPING_REFUNDS, {
            description: 'Whether it goes back with returned goods; else as the shop has it',
          }),
        ),
      },
      strict,
    ),
  ),
  round_total_to_minor: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'Rounds the total to the nearest multiple: 100 for whole rupees. A half is rounded up',
      examples: [100],
    }),
  ),
  expected: Type.Optional(
    Type.Object(
      {
        items_minor: Type.Optional({ ...AmountMinor, description: 'Quantity x unit price of all lines' }),
        discount_minor: Type.Optional({ ...AmountMinor, description: 'Off lines and order' }),
        shipping_minor: Type.Optional({ ...AmountMinor, description: 'With its tax' }),
        tax_minor: Type.Optional({ ...AmountMinor, description: 'Of lines and shipping' }),
        rounding_minor: Type.Optional(SignedAmountMinor),
        total_minor: Type.Optional(AmountMinor),
      },
      { ...strict, description: 'What the shop has worked out itself: refused where ours differs, with both figures' },
    ),
  ),
  bill_to: Type.Optional(PartySchema),
  ship_to: Type.Optional({ ...PartySchema, description: 'As `bill_to`, when left out' }),
  place_of_supply: Type.Optional(Text(100, '29')),
};

export const taxedParts = {
  taxable_minor: AmountMinor,
  tax_minor: AmountMinor,
  taxes: Type.Array(Type.Object({ name: Type.String(), rate_bp: Type.Integer(), amount_minor: AmountMinor })),
  total_minor: { ...AmountMinor, description: 'With tax' },
};

/** What a line's price is made of, in answers. */
export const linePricing = {
  discount_minor: AmountMinor,
  order_discount_minor: { ...AmountMinor, description: "The line's share of the order's discount" },
  ...taxedParts,
  commodity_code: Nullable(Type.String()),
};

/** What an order's price is made of, in answers. */
export const orderPricing = {
  currency_exponent: Type.Integer({ description: 'Decimal digits of the minor unit: 2 for INR, 0 for JPY' }),
  prices_include_tax: Type.Boolean(),
  discount_minor: { ...AmountMinor, description: 'Off the whole order; the lines carry their shares of it' },
  shipping: Nullable(
    Type.Object({ amount_minor: AmountMinor, ...taxedParts, commodity_code: Nullable(Type.String()) }),
  ),
  shipping_refund: Nullable(
    Type.Enum(SHIPPING_REFUNDS, { description: 'Whether shipping goes back with returned goods' }),
  ),
  rounding_minor: SignedAmountMinor,
  tax_minor: { ...AmountMinor, description: 'Of lines and shipping' },
  bill_to: Nullable(Type.Required(PartySchema)),
  ship_to: Nullable(Type.Required(PartySchema)),
  place_of_supply: Nullable(Type.String()),
};
