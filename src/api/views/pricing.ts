import { currencyExponent } from '../../domain/money/currencies.ts';
import type { SeenOrder } from '../../domain/orders/order.ts';
import type { Party } from '../../domain/orders/party.ts';
import type { InvoicedShipping, LinePricing } from '../../domain/pricing/facts.ts';
import { taxMinorOf, type TaxedAmount } from '../../domain/pricing/tax.ts';

/** Of a currency that is in use no more, and only in old orders. */
const USUAL_EXPONENT = 2;

export function orderPricingView({ currency, pricing, billTo, shipTo, placeOfSupply }: SeenOrder) {
  const { shipping } = pricing;
  return {
    currency_exponent: currencyExponent(currency) ?? USUAL_EXPONENT,
    prices_include_tax: pricing.pricesIncludeTax,
    discount_minor: pricing.discountMinor,
    shipping: shipping && shippingView(shipping),
    shipping_refund: shipping?.refund ?? null,
    rounding_minor: pricing.roundingMinor,
    tax_minor: pricing.taxMinor,
    bill_to: billTo && partyView(billTo),
    ship_to: shipTo && partyView(shipTo),
    place_of_supply: placeOfSupply,
  };
}

export function shippingView(shipping: InvoicedShipping) {
  return {
    amount_minor: shipping.amountMinor,
    ...taxedView(shipping),
    commodity_code: shipping.commodityCode,
  };
}

export function linePricingView(item: LinePricing) {
  return {
    discount_minor: item.discountMinor,
    order_discount_minor: item.orderDiscountMinor,
    ...taxedView(item),
    commodity_code: item.commodityCode,
  };
}

export function taxedView(amount: TaxedAmount) {
  return {
    taxable_minor: amount.taxableMinor,
    tax_minor: taxMinorOf(amount),
    taxes: amount.taxes.map(({ name, rateBp, amountMinor }) => ({ name, rate_bp: rateBp, amount_minor: amountMinor })),
    total_minor: amount.totalMinor,
  };
}

export function partyView(party: Party) {
  return {
    name: party.name,
    address_lines: [...party.addressLines],
    city: party.city,
    postal_code: party.postalCode,
    region: party.region,
    country_code: party.countryCode,
    tax_id: party.taxId,
  };
}
