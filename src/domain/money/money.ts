/**
 * What one order may come to, in whole minor units: as much as any does, and so little that what is added up over many is
 * far from 2^53, up to which whole numbers are exact.
 */
export const MAX_AMOUNT_MINOR = 10_000_000_000_000;

interface Priced {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/**
 * The sum of quantity x unit price in minor units, or undefined when it is past MAX_AMOUNT_MINOR. A product of two safe
 * integers may be inexact only above that limit, so comparing the running sum is enough.
 */
export function totalMinor(lines: readonly Priced[]): number | undefined {
  let total = 0;
  for (const line of lines) {
    total += line.quantity * line.unitPriceMinor;
    if (total > MAX_AMOUNT_MINOR) return undefined;
  }
  return total;
}
