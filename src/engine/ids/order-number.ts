import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O or U, so that a number read out on the telephone is written down right. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A made order number such as `7KQ-M2F-9TX`: short, readable, and one of 2^45, so that nobody guesses another's. */
export function newOrderNumber(): string {
  const characters = [...randomBytes(9)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return [0, 3, 6].map((start) => characters.slice(start, start + 3).join('')).join('-');
}
