import type { Settings } from '../api/types.ts';
import { useSettings } from './settings.tsx';

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(locale: string, currency: string, decimals: number): Intl.NumberFormat {
  const key = `${locale} ${currency} ${decimals}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  formats.set(key, format);
  return format;
}

/** Decimals of nearly all currencies; the API names those that have others. */
const USUAL_EXPONENT = 2;

/**
 * "₹1,29,900.00" of 12990000 paise: as many decimals as the currency has by ISO 4217. Intl does not know how many: it has
 * those in daily use, none for HUF or IQD.
 */
export function formatMoney(
  amountMinor: number,
  currency: string,
  { locale, currency_exponents: exponents }: Pick<Settings, 'locale' | 'currency_exponents'>,
): string {
  const decimals = exponents[currency] ?? USUAL_EXPONENT;
  return formatOf(locale, currency, decimals).format(amountMinor / 10 ** decimals);
}

export function useMoney(): (amountMinor: number, currency: string) => string {
  const settings = useSettings();
  return (amountMinor, currency) => formatMoney(amountMinor, currency, settings);
}

export function Money({ minor, currency }: { readonly minor: number; readonly currency: string }) {
  const money = useMoney();
  return <span className="figure">{money(minor, currency)}</span>;
}
