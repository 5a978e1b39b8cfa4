import { shareOf, sumOf } from './share.ts';

/** One tax that a price bears: CGST, SGST, IGST, a VAT. */
export interface TaxRate {
  readonly name: string;
  /** Basis points: hundredths of a per cent. */
  readonly rateBp: number;
}

export interface Tax extends TaxRate {
  readonly amountMinor: number;
}

/** An amount taken apart: `taxableMinor` and the taxes add up to `totalMinor`. */
export interface TaxedAmount {
  readonly taxableMinor: number;
  readonly taxes: readonly Tax[];
  readonly totalMinor: number;
}

/** 100 %: no tax, nor all taxes of one price together, are above it. */
export const MAX_TAX_RATE_BP = 10_000;

/** What a tax is called that was given as a rate alone. */
export const UNNAMED_TAX = 'Tax';

export function totalRateBp(rates: readonly TaxRate[]): number {
  return sumOf(rates.map(({ rateBp }) => rateBp));
}

export function taxMinorOf({ taxes }: Pick<TaxedAmount, 'taxes'>): number {
  return sumOf(taxes.map(({ amountMinor }) => amountMinor));
}

/**
 * Takes an amount apart into its taxable value and its taxes. Each tax is rounded by itself, a half up, so that two of
 * the same rate (CGST and SGST) are the same amount. While all rates together are within 100 %, the taxes in a price
 * never exceed it.
 */
export function taxed(amountMinor: number, rates: readonly TaxRate[], includesTax: boolean): TaxedAmount {
  if (rates.length === 0) return { taxableMinor: amountMinor, taxes: [], totalMinor: amountMinor };
  const whole = MAX_TAX_RATE_BP + (includesTax ? totalRateBp(rates) : 0);
  const taxes = rates.map(({ name, rateBp }) => ({ name, rateBp, amountMinor: shareOf(amountMinor, rateBp, whole) }));
  const taxMinor = taxMinorOf({ taxes });
  return includesTax
    ? { taxableMinor: amountMinor - taxMinor, taxes, totalMinor: amountMinor }
    : { taxableMinor: amountMinor, taxes, totalMinor: amountMinor + taxMinor };
}
