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
 * those in daily use, none for HUF or IQD. In words, for a sum may have more digits than a number keeps apart.
 */
export function formatMoney(
  amountMinor: number | bigint,
  currency: string,
  { locale, currency_exponents: exponents }: Pick<Settings, 'locale' | 'currency_exponents'>,
): string {
  const decimals = exponents[currency] ?? USUAL_EXPONENT;
  // TypeScript takes no number for one that is written with an exponent.
  return formatOf(locale, currency, decimals).format(`${amountMinor}E-${decimals}` as Intl.StringNumericLiteral);
}

export function useMoney(): (amountMinor: number | bigint, currency: string) => string {
  const settings = useSettings();
  return (amountMinor, currency) => formatMoney(amountMinor, currency, settings);
}

interface MoneyProps {
  readonly minor: number | bigint;
  readonly currency: string;
}

export function Money({ minor, currency }: MoneyProps) {
  const money = useMoney();
  return <span className="figure">{money(minor, currency)}</span>;
}

/** An account's balance, or an entry, with its side as books have it: debits are positive in the ledger, credits negative. */
export function Booked({ minor, currency }: MoneyProps) {
  const money = useMoney();
  const amount = minor < 0 ? -minor : minor;
  return (
    <span className="figure booked">
      {money(amount, currency)} <span className="side">{minor < 0 ? 'Cr' : minor > 0 ? 'Dr' : ''}</span>
    </span>
  );
}
