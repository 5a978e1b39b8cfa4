import { currencyExponent } from '../../domain/money/currencies.ts';
import { remembered } from './remembered.ts';

/** With the currency's own sign, or with its ISO 4217 code where a font lacks the sign. */
export type CurrencyDisplay = 'symbol' | 'code';

/** Decimals of a currency that is not in use (any more). */
const USUAL_EXPONENT = 2;

/**
 * How many decimals a currency has by ISO 4217: 2 for INR, 0 for JPY, 3 for KWD. Intl does not know: it has the decimals
 * in daily use, none for HUF or PKR.
 */
export function exponentOf(currency: string): number {
  return currencyExponent(currency) ?? USUAL_EXPONENT;
}

/** Minor units as a decimal number in text, exactly: 123456 of INR is `1234.56`. */
export function decimalOf(amountMinor: number, exponent: number): Intl.StringNumericLiteral {
  // Made from the digits, because a division would go through a float.
  const sign = amountMinor < 0 ? '-' : '';
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}` as Intl.StringNumericLiteral;
}

/** Minor units in the locale's form with the currency's sign: 12345678 of INR in en-IN is `₹1,23,456.78`. */
export function formatMoney(
  amountMinor: number,
  currency: string,
  locale: string,
  display: CurrencyDisplay = 'symbol',
): string {
  return moneyFormat(locale, currency, display).format(decimalOf(amountMinor, exponentOf(currency)));
}

/** Minor units in the locale's form without the currency's sign: 12345678 of INR in en-IN is `1,23,456.78`. */
export function formatFigure(amountMinor: number, currency: string, locale: string): string {
  const exponent = exponentOf(currency);
  return figureFormat(locale, String(exponent)).format(decimalOf(amountMinor, exponent));
}

// Latin digits, as the rest of the paper is English.
const moneyFormat = remembered((locale: string, currency: string, currencyDisplay: CurrencyDisplay) => {
  const style = { style: 'currency', currency, currencyDisplay, numberingSystem: 'latn' } as const;
  return new Intl.NumberFormat(locale, { ...style, ...decimals(exponentOf(currency)) });
});

const figureFormat = remembered(
  (locale: string, exponent: string) =>
    new Intl.NumberFormat(locale, { numberingSystem: 'latn', ...decimals(Number(exponent)) }),
);

function decimals(exponent: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
}
