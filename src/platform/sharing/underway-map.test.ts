import { expect, test } from 'vitest';
import { mebibytesLeftBy } from '../../../test/support/old-memory.ts';
import { UnderwayMap } from './underway-map.ts';

test('has what was set last under a key, until it is taken out', () => {
  const map = new UnderwayMap<number>();
  map.set('a', 1);
  map.set('a', 2);
  map.set('b', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([2, 3, undefined, 2]);
  map.delete('a');
  map.delete('c');
  expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, 3, 1]);
});

test('leaves nothing of what was taken out in old memory', async () => {
  const map = new UnderwayMap<number[]>();
  let number = 0;
  const left = await mebibytesLeftBy(() => {
    for (let times = 0; times < 500; times += 1) {
      number += 1;
      map.set(
        `key ${number}`,
        Array.from({ length: 500 }, () => number),
      );
      map.delete(`key ${number - 30}`);
    }
  });
  // A plain map leaves some 32.
  expect(left).toBeLessThan(10);
});
