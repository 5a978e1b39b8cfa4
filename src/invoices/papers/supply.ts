import type { InvoiceSellerInPlace, PartiesOnPaper } from '../../domain/papers/invoice.ts';
import type { Paper } from '../pages/paper.ts';
import { regionName } from './places.ts';

interface SupplyFacts extends Pick<PartiesOnPaper, 'placeOfSupply'> {
  readonly seller: InvoiceSellerInPlace;
  readonly pricesIncludeTax: boolean;
  readonly taxMinor: number;
}

/** What the paper says of where the goods go (Rule 46(n), CGST Rules 2017). */
export function supplyDetails(
  { seller, placeOfSupply }: Pick<SupplyFacts, 'seller' | 'placeOfSupply'>,
  shown: (text: string) => string,
): Paper['details'] {
  if (placeOfSupply === null) return [];
  return [['Place of supply', shown(regionName(placeOfSupply, seller.countryCode))]];
}

/** India's tax invoices say whether the buyer owes the tax in the seller's place; goods sold to anybody are not so taxed. */
export function reverseChargeDetails({ seller, taxMinor }: Pick<SupplyFacts, 'seller' | 'taxMinor'>): Paper['details'] {
  return seller.countryCode === 'IN' && taxMinor > 0 ? [['Reverse charge', 'No']] : [];
}

export function noteLines({ seller, pricesIncludeTax, taxMinor }: SupplyFacts): string[] {
  return [
    ...(pricesIncludeTax && taxMinor > 0 ? ['Unit prices, discounts and amounts include tax.'] : []),
    // The proviso of Rule 46 about electronic invoices.
    ...(seller.countryCode === 'IN' && seller.taxId !== null
      ? ['Issued electronically under the Information Technology Act, 2000: no signature is required.']
      : []),
  ];
}
