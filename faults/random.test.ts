import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.next());

describe('chance from a seed', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(draw(new Random(7))).toEqual(draw(new Random(7)));
    expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
    expect(new Random(7).shuffled([1, 2, 3, 4])).toEqual(new Random(7).shuffled([1, 2, 3, 4]));
  });

  test('forks into sources that do not depend on what the others have given', () => {
    const random = new Random(7);
    const expected = draw(random.fork('one'));
    draw(random.fork('two'));
    expect(draw(random.fork('one'))).toEqual(expected);
    expect(draw(random.fork('two'))).not.toEqual(expected);
  });

  test('stays within its bounds, and reaches both of them', () => {
    const random = new Random(1);
    const values = new Set(Array.from({ length: 200 }, () => random.between(3, 6)));
    expect([...values].toSorted()).toEqual([3, 4, 5, 6]);
  });
});
