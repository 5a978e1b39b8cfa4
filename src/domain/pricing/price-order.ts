import { MAX_AMOUNT_MINOR, totalMinor } from '../money/money.ts';
import { refusal, type Refusal } from '../refusals.ts';
import { apportion } from './apportion.ts';
import { differenceFromExpected } from './expected-totals.ts';
import {
  PLAIN_PRICING,
  type LinePricing,
  type LinePricingFacts,
  type OrderPricingFacts,
  type PriceableLine,
  type PricedOrder,
  type Shipping,
  type ShippingFacts,
  type ShippingRefund,
} from './facts.ts';
import { shareOf, sumOf } from './share.ts';
import { MAX_TAX_RATE_BP, taxed, taxMinorOf, totalRateBp, UNNAMED_TAX, type Tax, type TaxRate } from './tax.ts';

const NO_TAXES: readonly Tax[] = Object.freeze([]);

/**
 * Prices an order: each line less its own discount and less its share of the order's, taken apart into taxable value and
 * taxes; shipping likewise; and the total, rounded where custom rounds it. An order that says nothing but quantities
 * and unit prices is their sum.
 */
export function priceOrder(
  lines: readonly PriceableLine[],
  facts: OrderPricingFacts = {},
  shippingRefund: ShippingRefund = 'on_full_return',
): PricedOrder | Refusal {
  const gross = totalMinor(lines);
  if (gross === undefined) return tooLarge();
  const problem = problemWithDiscounts(lines, gross, facts) ?? problemWithTaxes(lines, facts.shipping);
  if (problem) return problem;

  const pricesIncludeTax = facts.pricesIncludeTax ?? false;
  const discountMinor = facts.discountMinor ?? 0;
  const discounted = lines.map((line) => line.quantity * line.unitPriceMinor - (line.discountMinor ?? 0));
  const shares = discountMinor === 0 ? undefined : apportion(discountMinor, discounted);
  const priced = lines.map((line, index): LinePricing => {
    const orderDiscountMinor = shares?.[index] ?? 0;
    const amountMinor = (discounted[index] ?? 0) - orderDiscountMinor;
    const rates = ratesOf(line);
    const { taxableMinor, taxes, totalMinor: total } = taxed(amountMinor, rates, pricesIncludeTax);
    return {
      discountMinor: line.discountMinor ?? 0,
      orderDiscountMinor,
      taxableMinor,
      taxes: taxes.length === 0 ? NO_TAXES : taxes,
      totalMinor: total,
      commodityCode: line.commodityCode ?? null,
    };
  });

  const shipping = facts.shipping ? priceShipping(facts.shipping, pricesIncludeTax, shippingRefund) : null;
  const exactMinor = sumOf(priced.map((line) => line.totalMinor)) + (shipping?.totalMinor ?? 0);
  const total = facts.roundTotalToMinor
    ? shareOf(exactMinor, 1, facts.roundTotalToMinor) * facts.roundTotalToMinor
    : exactMinor;
  if (!(total <= MAX_AMOUNT_MINOR && exactMinor <= MAX_AMOUNT_MINOR)) return tooLarge();
  const taxMinor = sumOf(priced.map(taxMinorOf)) + (shipping ? taxMinorOf(shipping) : 0);
  const isPlain =
    !pricesIncludeTax && discountMinor === 0 && shipping === null && total === exactMinor && taxMinor === 0;
  const pricing = isPlain
    ? PLAIN_PRICING
    : { pricesIncludeTax, discountMinor, shipping, roundingMinor: total - exactMinor, taxMinor };
  const order = { lines: priced, pricing, totalMinor: total };
  return differenceFromExpected(lines, facts.expected, order) ?? order;
}

function priceShipping(facts: ShippingFacts, includesTax: boolean, usualRefund: ShippingRefund): Shipping {
  const { amountMinor, commodityCode = null, refund = usualRefund } = facts;
  return { amountMinor, commodityCode, refund, ...taxed(amountMinor, ratesOf(facts), includesTax) };
}

function ratesOf({ taxes, taxRateBp }: Pick<LinePricingFacts, 'taxes' | 'taxRateBp'>): readonly TaxRate[] {
  if (taxes) return taxes;
  return taxRateBp === undefined ? NO_TAXES : [{ name: UNNAMED_TAX, rateBp: taxRateBp }];
}

function problemWithDiscounts(
  lines: readonly PriceableLine[],
  grossMinor: number,
  { discountMinor = 0, shipping }: OrderPricingFacts,
): Refusal | undefined {
  let left = grossMinor;
  for (const [index, line] of lines.entries()) {
    const discount = line.discountMinor ?? 0;
    const lineMinor = line.quantity * line.unitPriceMinor;
    if (discount > lineMinor) {
      const detail = `Line ${index + 1} is worth ${lineMinor}; a discount of ${discount} is more than that.`;
      const field = `items[${index}].discount_minor`;
      return refusal('order.discount_exceeds_line', detail, { field, discount_minor: discount, line_minor: lineMinor });
    }
    left -= discount;
  }
  if (discountMinor > left) {
    const detail = `The lines are worth ${left} after their own discounts; ${discountMinor} off all of them is more.`;
    const facts = { field: 'discount_minor', discount_minor: discountMinor, items_minor: left };
    return refusal('order.discount_exceeds_items', detail, facts);
  }
  // Everything else is a sum of parts of these two, at most doubled by a tax of 100 %.
  return grossMinor + (shipping?.amountMinor ?? 0) > MAX_AMOUNT_MINOR ? tooLarge() : undefined;
}

function problemWithTaxes(lines: readonly PriceableLine[], shipping: ShippingFacts | undefined): Refusal | undefined {
  for (const [index, line] of lines.entries()) {
    const problem = problemWithRates(line, `items[${index}]`);
    if (problem) return problem;
  }
  return shipping && problemWithRates(shipping, 'shipping');
}

function problemWithRates(
  { taxes, taxRateBp }: Pick<LinePricingFacts, 'taxes' | 'taxRateBp'>,
  place: string,
): Refusal | undefined {
  const rateBp = taxes ? totalRateBp(taxes) : (taxRateBp ?? 0);
  if (rateBp > MAX_TAX_RATE_BP) {
    const field = taxes ? `${place}.taxes` : `${place}.tax_rate_bp`;
    const detail = `The tax is ${rateBp} basis points in all; it may be ${MAX_TAX_RATE_BP} (100 %) at most.`;
    return refusal('order.tax_above_price', detail, { field, tax_rate_bp: rateBp, max_tax_rate_bp: MAX_TAX_RATE_BP });
  }
  if (taxes && taxRateBp !== undefined && taxRateBp !== rateBp) {
    const detail = `The taxes come to ${rateBp} basis points, not to the ${taxRateBp} given as their sum.`;
    const facts = { field: `${place}.tax_rate_bp`, given: taxRateBp, computed: rateBp };
    return refusal('order.figures_differ', detail, facts);
  }
  return undefined;
}

function tooLarge(): Refusal {
  return refusal('order.total_too_large', `The order's total is past ${MAX_AMOUNT_MINOR} minor units.`, {
    max_minor: MAX_AMOUNT_MINOR,
  });
}
