import { formatFigure, formatMoney } from './money-format.ts';
import { remembered } from './remembered.ts';
import { isPrintable, printable, type Typeface } from './text-layout.ts';

/** How the facts of one document are written on its paper; every text can be shown by the typeface. */
export interface Wording {
  readonly shown: (text: string) => string;
  /** With the currency's sign. */
  readonly money: (amountMinor: number) => string;
  /** Without it, for a column of amounts. */
  readonly figure: (amountMinor: number) => string;
  readonly count: (quantity: number) => string;
  /** @param rateBp basis points: 1800 is `18%` */
  readonly rate: (rateBp: number) => string;
  /** @param instant ISO 8601 */
  readonly date: (instant: string) => string;
}

export interface Language {
  readonly locale: string;
  readonly currency: string;
  readonly timezone: string;
}

export function wordingOf({ locale, currency, timezone }: Language, typeface: Typeface): Wording {
  const shown = (text: string) => printable(text, typeface);
  const everyMonth = everyMonthIn(locale, timezone);
  // In the locale's form, unless that takes letters that the typeface lacks: Hindi's names of months, for one.
  const dates = dateFormat(isPrintable(everyMonth, typeface) ? locale : 'en-GB', timezone);
  const display = isPrintable(formatMoney(0, currency, locale), typeface) ? 'symbol' : 'code';
  const counts = countFormat(locale);
  const rates = rateFormat(locale);
  return {
    shown,
    money: (amountMinor) => shown(formatMoney(amountMinor, currency, locale, display)),
    figure: (amountMinor) => shown(formatFigure(amountMinor, currency, locale)),
    count: (quantity) => shown(counts.format(quantity)),
    rate: (rateBp) => shown(rates.format(rateBp / 10_000)),
    date: (instant) => shown(dates.format(new Date(instant))),
  };
}

const countFormat = remembered(
  (locale: string): Intl.NumberFormat => new Intl.NumberFormat(locale, { numberingSystem: 'latn' }),
);

const rateFormat = remembered(
  (locale: string): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2, numberingSystem: 'latn' }),
);

const dateFormat = remembered(
  (locale: string, timeZone: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', numberingSystem: 'latn', timeZone }),
);

const everyMonthIn = remembered((locale: string, timeZone: string): string =>
  Array.from({ length: 12 }, (_, month) => dateFormat(locale, timeZone).format(Date.UTC(2026, month, 15))).join(' '),
);
