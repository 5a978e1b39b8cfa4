import type { Static } from 'typebox';
import type { NewItem, PlaceOrder } from '../../domain/commands.ts';
import type { Party } from '../../domain/orders/party.ts';
import type { TaxRate } from '../../domain/pricing/tax.ts';
import { instantOf } from '../lists/instant.ts';
import { ProblemError } from '../problems/problem.ts';
import type { NewOrder } from '../schemas/order.ts';
import type { PartySchema } from '../schemas/pricing.ts';

type Body = Static<typeof NewOrder>;

/** A shop's clock may be fast, or its zone another; what is further ahead is a mistake, and would stay on its papers. */
const MOST_AHEAD_MS = 24 * 60 * 60 * 1_000;

/** @throws ProblemError naming a time that the database could not hold, or that is far ahead */
export function placeOrderOf(body: Body, defaultCurrency: string): PlaceOrder {
  const { bill_to: billTo, ship_to: shipTo, place_of_supply: placeOfSupply = null, expected } = body;
  return {
    type: 'place_order',
    orderNumber: body.order_number ?? null,
    customerId: body.customer_id,
    customerEmail: body.customer_email ?? null,
    currency: body.currency ?? defaultCurrency,
    placedAt: placedAtOf(body),
    items: body.items.map(newItemOf),
    pricing: {
      pricesIncludeTax: body.prices_include_tax,
      discountMinor: body.discount_minor,
      shipping: body.shipping && {
        amountMinor: body.shipping.amount_minor,
        taxRateBp: body.shipping.tax_rate_bp,
        taxes: body.shipping.taxes?.map(rateOf),
        commodityCode: body.shipping.commodity_code,
        refund: body.shipping.refund,
      },
      roundTotalToMinor: body.round_total_to_minor,
      expected: expected && {
        itemsMinor: expected.items_minor,
        discountMinor: expected.discount_minor,
        shippingMinor: expected.shipping_minor,
        taxMinor: expected.tax_minor,
        roundingMinor: expected.rounding_minor,
        totalMinor: expected.total_minor,
      },
    },
    parties: { billTo: billTo ? partyOf(billTo) : null, shipTo: shipTo ? partyOf(shipTo) : null, placeOfSupply },
  };
}

function placedAtOf({ placed_at }: Body): Date | null {
  const instant = instantOf(placed_at, 'placed_at') ?? null;
  if (instant === null || instant.getTime() <= Date.now() + MOST_AHEAD_MS) return instant;
  const message = 'must not be more than a day ahead';
  throw new ProblemError('request.invalid', `placed_at ${message}`, { errors: [{ field: 'placed_at', message }] });
}

function newItemOf(item: Body['items'][number]): NewItem {
  return {
    sku: item.sku,
    title: item.title,
    quantity: item.quantity,
    unitPriceMinor: item.unit_price_minor,
    discountMinor: item.discount_minor,
    taxRateBp: item.tax_rate_bp,
    taxes: item.taxes?.map(rateOf),
    commodityCode: item.commodity_code,
    expected: item.expected && { taxMinor: item.expected.tax_minor, totalMinor: item.expected.total_minor },
  };
}

function rateOf({ name, rate_bp: rateBp }: { readonly name: string; readonly rate_bp: number }): TaxRate {
  return { name, rateBp };
}

function partyOf(party: Static<typeof PartySchema>): Party {
  return {
    name: party.name,
    addressLines: party.address_lines ?? [],
    city: party.city ?? null,
    postalCode: party.postal_code ?? null,
    region: party.region ?? null,
    countryCode: party.country_code ?? null,
    taxId: party.tax_id ?? null,
  };
}
