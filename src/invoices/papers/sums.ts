import type { Tax, TaxedAmount } from '../../domain/pricing/tax.ts';
import type { Label } from '../pages/label.ts';
import type { Sum } from '../pages/paper.ts';
import type { Wording } from '../wording/wording.ts';
import type { PricedLine } from './priced-lines.ts';
import { taxTotals, type TaxTotal } from './tax-totals.ts';

/** A named part of a total; below 0 where it is taken off. */
export interface NamedAmount extends Label {
  readonly amountMinor: number;
}

/** What leads from the lines to the total. */
export interface SumFacts {
  readonly pricesIncludeTax: boolean;
  readonly lines: readonly Pick<PricedLine, 'amountMinor' | 'taxes'>[];
  readonly discounts: readonly NamedAmount[];
  readonly shipping: TaxedAmount | null;
  /** Rounding, fees: what comes after the taxes. */
  readonly others: readonly NamedAmount[];
}

/** Past this many of one kind they are told in one sum, so that the sums stay on one page with their total. */
const MOST_OF_A_KIND = 8;

/**
 * The sums above the total, which they add up to. Prices that include tax lead to the total without it: the summary
 * tells the tax in them. To other prices the taxes are added.
 */
export function sumsOf(facts: SumFacts, wording: Wording): Sum[] {
  const { pricesIncludeTax, lines, discounts, shipping, others } = facts;
  const itemsMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const taxed: readonly { readonly taxes: readonly Tax[] }[] = shipping ? [...lines, shipping] : lines;
  const shippingMinor = (pricesIncludeTax ? shipping?.totalMinor : shipping?.taxableMinor) ?? 0;
  const parts = [
    { label: 'Items', amountMinor: itemsMinor },
    ...together('Discounts', discounts),
    { label: 'Shipping', amountMinor: shippingMinor },
    ...(pricesIncludeTax
      ? []
      : together(
          'Taxes',
          taxTotals(taxed).map((tax) => namedTax(tax, wording)),
        )),
    ...together('Fees and deductions', others),
  ].filter(({ amountMinor }) => amountMinor !== 0);
  // One alone would say what the total says.
  if (parts.length < 2) return [];
  return parts.map(({ label, rate, amountMinor }) => ({
    label: wording.shown(label),
    rate,
    figure: wording.money(amountMinor),
  }));
}

function together(label: string, parts: readonly NamedAmount[]): readonly NamedAmount[] {
  if (parts.length <= MOST_OF_A_KIND) return parts;
  return [{ label, amountMinor: parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0) }];
}

function namedTax({ name, rateBp, amountMinor }: TaxTotal, { rate }: Wording): NamedAmount {
  return { label: name, rate: rateBp === null ? undefined : rate(rateBp), amountMinor };
}
