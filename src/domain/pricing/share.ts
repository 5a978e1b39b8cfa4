/**
 * `amount` x `part` / `whole`, rounded to the nearest whole number and a half away from zero. Exact: a product beyond
 * 2^53 is worked out in big integers.
 *
 * @param amount any whole number
 * @param part 0 or more
 * @param whole more than 0
 */
export function shareOf(amount: number, part: number, whole: number): number {
  if (amount < 0) return 0 - shareOf(-amount, part, whole);
  const doubled = 2 * amount * part + whole;
  if (doubled <= Number.MAX_SAFE_INTEGER) return Math.floor(doubled / (2 * whole));
  return Number((2n * BigInt(amount) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}

/** `amount` x `part` / `whole`, rounded down; all three whole and not negative. */
export function floorShareOf(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / whole);
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

/** The sum of whole numbers. */
export function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
