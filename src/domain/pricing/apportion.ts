import { floorShareOf, sumOf } from './share.ts';

/**
 * Shares `amount` in proportion to `weights` by the largest-remainder method (Hamilton): each gets its share rounded
 * down, and what is left goes, one unit each, to those that were cut the most; of equals, to the earlier one. The shares
 * add up to `amount`, and none is above its weight while `amount` is not above the sum of the weights.
 *
 * @param amount whole and not negative
 * @param weights whole and not negative; all of them 0: nothing can be shared, and `amount` must be 0
 */
export function apportion(amount: number, weights: readonly number[]): number[] {
  const whole = sumOf(weights);
  if (amount === 0 || whole === 0) return weights.map(() => 0);
  const shares = weights.map((weight) => floorShareOf(amount, weight, whole));
  const left = amount - sumOf(shares);
  if (left === 0) return shares;
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: remainderOf(amount, weight, whole) }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

function remainderOf(amount: number, weight: number, whole: number): bigint {
  return (BigInt(amount) * BigInt(weight)) % BigInt(whole);
}
