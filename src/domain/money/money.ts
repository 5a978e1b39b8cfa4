/** Amounts are whole minor units, exact up to this. */
export const MAX_AMOUNT_MINOR = Number.MAX_SAFE_INTEGER;

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
