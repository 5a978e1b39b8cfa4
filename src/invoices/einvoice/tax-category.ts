import type { Taxed, TradeDocument } from './trade-document.ts';
import { percentText } from './amounts.ts';
import { element, optional, type Element } from './xml.ts';

/** UNTDID 5305, as far as EN 16931 takes it and a shop needs it. */
type CategoryCode = 'S' | 'Z' | 'E' | 'O';

export interface TaxCategory {
  readonly code: CategoryCode;
  /** Basis points of all taxes together. */
  readonly rateBp: number;
}

const OUTSIDE_REASON = 'Not a supply: outside the scope of tax';

/** Says of each part of a document how it is taxed. */
export function taxCategoriesOf(document: TradeDocument): (part: Taxed) => TaxCategory {
  const parts = [...document.lines, ...document.charges];
  // A document with any tax, or of a seller who has a tax number, must not say that something is not subject to tax.
  const isOfTaxpayer = document.seller.taxId !== null || parts.some(({ taxes }) => taxes.length > 0);
  return ({ taxes, isOutsideTax }) => {
    const rateBp = taxes.reduce((sum, tax) => sum + tax.rateBp, 0);
    if (rateBp > 0) return { code: 'S', rateBp };
    if (!isOfTaxpayer) return { code: 'O', rateBp };
    return { code: isOutsideTax === true ? 'E' : 'Z', rateBp };
  };
}

/** `VAT`, which is the only one that EN 16931 knows, or `GST` where the taxes say so of themselves. */
export function taxSchemeOf({ lines, charges }: TradeDocument): string {
  const names = [...lines, ...charges].flatMap(({ taxes }) => taxes.map(({ name }) => name));
  return names.some((name) => name.toUpperCase().includes('GST')) ? 'GST' : 'VAT';
}

export function taxSchemeElement(scheme: string): Element {
  return element('cac:TaxScheme', [element('cbc:ID', scheme)]);
}

/** The reason stands in the breakdown alone, not with each part. */
export function taxCategoryElement(
  name: 'cac:TaxCategory' | 'cac:ClassifiedTaxCategory',
  { code, rateBp }: TaxCategory,
  scheme: string,
  withReason = false,
): Element {
  const reason = code === 'O' ? 'Not subject to tax' : code === 'E' ? OUTSIDE_REASON : undefined;
  return element(name, [
    element('cbc:ID', code),
    code === 'O' ? undefined : element('cbc:Percent', percentText(rateBp)),
    optional('cbc:TaxExemptionReason', withReason ? reason : undefined),
    taxSchemeElement(scheme),
  ]);
}
