import { expect, test } from 'vitest';
import { placeOf, regionName, taxIdName } from './places.ts';

test.each([
  ['29', 'Karnataka (29)'],
  ['KA', 'Karnataka (29)'],
  ['in-ka', 'Karnataka (29)'],
  [' karnataka ', 'Karnataka (29)'],
  ['27-Maharashtra', 'Maharashtra (27)'],
  ['97', 'Other Territory (97)'],
  ['Atlantis', 'Atlantis'],
])('the Indian state %j is written %s', (text, expected) => {
  expect(regionName(text, 'IN')).toBe(expected);
});

test('a region elsewhere is written as the shop gave it', () => {
  expect(regionName('CA', 'US')).toBe('CA');
  expect(regionName('29', null)).toBe('29');
});

test.each([
  ['IN', 'GSTIN'],
  ['DE', 'VAT number'],
  ['US', 'Tax ID'],
  [null, 'Tax ID'],
])('a tax number in %s is called %s', (countryCode, expected) => {
  expect(taxIdName(countryCode)).toBe(expected);
});

test('a place is told from town to country, without what is not known', () => {
  const party = { name: 'A', addressLines: ['1 Street'], city: 'Pune', postalCode: null, region: 'MH', taxId: null };
  expect(placeOf({ ...party, countryCode: 'IN' })).toEqual(['Pune', 'Maharashtra (27)', 'India']);
  expect(placeOf({ ...party, city: null, region: null, countryCode: 'ZZ' })).toEqual(['Unknown Region']);
  expect(placeOf({ ...party, city: null, region: null, countryCode: null })).toEqual([]);
});
