import { amount } from './amounts.ts';
import { taxCategoriesOf, taxCategoryElement, taxSchemeOf, type TaxCategory } from './tax-category.ts';
import type { TradeDocument } from './trade-document.ts';
import { element, type Element } from './xml.ts';

/** What is taxed in one way, and what that comes to. */
interface Breakdown {
  readonly category: TaxCategory;
  readonly taxableMinor: number;
  readonly taxMinor: number;
}

/** The tax in all, and its breakdown by category and rate (BG-23). */
export function taxTotal(document: TradeDocument): Element {
  const { currency } = document;
  const breakdowns = breakdownsOf(document);
  const scheme = taxSchemeOf(document);
  return element('cac:TaxTotal', [
    amount('cbc:TaxAmount', taxMinorOf(document), currency),
    ...breakdowns.map(({ category, taxableMinor, taxMinor }) =>
      element('cac:TaxSubtotal', [
        amount('cbc:TaxableAmount', taxableMinor, currency),
        amount('cbc:TaxAmount', taxMinor, currency),
        taxCategoryElement('cac:TaxCategory', category, scheme, true),
      ]),
    ),
  ]);
}

/** Of lines and charges together. */
export function taxMinorOf({ lines, charges }: TradeDocument): number {
  const taxes = [...lines, ...charges].flatMap((part) => part.taxes);
  return taxes.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

function breakdownsOf(document: TradeDocument): Breakdown[] {
  const categoryOf = taxCategoriesOf(document);
  const breakdowns = new Map<string, Breakdown>();
  for (const part of [...document.lines, ...document.charges]) {
    const category = categoryOf(part);
    const key = `${category.code} ${category.rateBp}`;
    const known = breakdowns.get(key);
    breakdowns.set(key, {
      category,
      taxableMinor: (known?.taxableMinor ?? 0) + part.netMinor,
      taxMinor: part.taxes.reduce((sum, { amountMinor }) => sum + amountMinor, known?.taxMinor ?? 0),
    });
  }
  return [...breakdowns.values()];
}
