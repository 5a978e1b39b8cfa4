import { describe, expect, test } from 'vitest';
import { newOrderNumber } from './order-number.ts';

const numbers = Array.from({ length: 10_000 }, newOrderNumber);

describe('a made order number', () => {
  test('is three groups of three characters, none of which is mistaken for another', () => {
    for (const number of numbers) expect(number).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){2}$/);
  });

  test('does not come twice in ten thousand', () => {
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('uses all 32 characters in each of its places about equally', () => {
    for (const place of [0, 1, 2, 4, 5, 6, 8, 9, 10]) {
      const counts = new Map<string, number>();
      for (const number of numbers) {
        const character = number.charAt(place);
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
      expect(counts.size).toBe(32);
      // 312.5 are expected of each, with a standard deviation of 17.4: eight of those either way is never by chance.
      for (const count of counts.values()) expect(Math.abs(count - 312.5)).toBeLessThan(140);
    }
  });
});
