import { expect, test } from 'vitest';
import { keptBriefly } from './kept-briefly.ts';

function counted() {
  let time = 0;
  let readings = 0;
  const ask = keptBriefly(
    100,
    (key: string) => {
      readings += 1;
      return Promise.resolve(`${key} ${readings}`);
    },
    () => time,
  );
  return {
    ask,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

test('an answer serves all who ask while it is kept, each key by itself', async () => {
  const { ask, pass } = counted();
  expect(await Promise.all([ask('a'), ask('a'), ask('b')])).toEqual(['a 1', 'a 1', 'b 2']);
  pass(99);
  expect(await ask('a')).toBe('a 1');
  pass(1);
  expect(await ask('a')).toBe('a 3');
});

test('a failure is told to those who waited for it, and is not kept', async () => {
  let fails = true;
  const ask = keptBriefly(1_000, () => (fails ? Promise.reject(new Error('away')) : Promise.resolve('back')));
  await expect(Promise.all([ask(1), ask(1)])).rejects.toThrow('away');
  fails = false;
  expect(await ask(1)).toBe('back');
});
