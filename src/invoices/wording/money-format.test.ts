import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalOf, exponentOf, formatMoney } from './money-format.ts';

const anyAmount = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

describe('money', () => {
  test.each([
    [12_345_678, 'INR', 'en-IN', '₹1,23,456.78'],
    [5, 'INR', 'en-IN', '₹0.05'],
    [0, 'GBP', 'en-GB', '£0.00'],
    [82_374_614, 'GBP', 'en-GB', '£823,746.14'],
    [1_234, 'JPY', 'en-US', '¥1,234'],
    [1_234_567, 'KWD', 'en', 'KWD\u00a01,234.567'],
    [123_456, 'EUR', 'de-DE', '1.234,56\u00a0€'],
    [-105, 'INR', 'en-IN', '-₹1.05'],
    [123_456, 'INR', 'mr-IN', '₹1,234.56'],
    [Number.MAX_SAFE_INTEGER, 'INR', 'en-IN', '₹9,00,71,99,25,47,409.91'],
    [Number.MAX_SAFE_INTEGER, 'JPY', 'en-US', '¥9,007,199,254,740,991'],
  ])('%i of %s in %s is %s', (amountMinor, currency, locale, expected) => {
    expect(formatMoney(amountMinor, currency, locale)).toBe(expected);
  });

  test('can be written with the code of its currency', () => {
    expect(formatMoney(123_456, 'BDT', 'en', 'code')).toBe('BDT\u00a01,234.56');
  });

  test('shows every digit of any amount in any currency, none changed by a float', () => {
    fc.assert(
      fc.property(anyAmount, fc.constantFrom('INR', 'JPY', 'KWD', 'USD'), (amountMinor, currency) => {
        const digits = formatMoney(amountMinor, currency, 'en-IN').replace(/\D/g, '');
        expect(BigInt(digits)).toBe(BigInt(Math.abs(amountMinor)));
      }),
    );
  });
});

test('the exponent is that of ISO 4217', () => {
  expect(['INR', 'JPY', 'KWD', 'XYZ'].map(exponentOf)).toEqual([2, 0, 3, 2]);
});

test.each([
  [123_456, 2, '1234.56'],
  [-5, 2, '-0.05'],
  [7, 3, '0.007'],
])('%i with %i decimals is %s', (amountMinor, exponent, expected) => {
  expect(decimalOf(amountMinor, exponent)).toBe(expected);
});
