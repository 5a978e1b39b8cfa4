import type { Party } from '../../domain/orders/party.ts';
import { remembered } from '../wording/remembered.ts';
import { indianState } from './indian-states.ts';

/** Country codes whose tax number is a VAT number: the EU's by its own names, and their neighbours who say so. */
const VAT_COUNTRIES = new Set(
  (
    'AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB XI CH LI NO IS AE SA ' +
    'BH OM ZA'
  ).split(' '),
);

/** What a country calls the number that its tax office gave a firm. */
export function taxIdName(countryCode: string | null): string {
  if (countryCode === 'IN') return 'GSTIN';
  return countryCode !== null && VAT_COUNTRIES.has(countryCode) ? 'VAT number' : 'Tax ID';
}

/** `Karnataka (29)`, as India's invoices have to name a state; elsewhere as the shop wrote it. */
export function regionName(region: string, countryCode: string | null): string {
  const state = countryCode === 'IN' ? indianState(region) : undefined;
  return state ? `${state.name} (${state.code})` : region;
}

/** Where a party's address is, from town to country: what is not known is left out. */
export function placeOf({ city, postalCode, region, countryCode }: Party): string[] {
  const town = [city, postalCode].filter((part) => part !== null).join(' ');
  return [
    ...(town === '' ? [] : [town]),
    ...(region === null ? [] : [regionName(region, countryCode)]),
    ...(countryCode === null ? [] : [countryName(countryCode)]),
  ];
}

/** In English, as the rest of the paper is; a code that nobody knows is written as it is. */
const countryName = remembered((code: string): string => countryNames.of(code) ?? code);
const countryNames = new Intl.DisplayNames('en', { type: 'region' });
