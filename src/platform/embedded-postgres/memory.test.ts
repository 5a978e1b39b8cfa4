import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { memorySettings } from './memory.ts';

const GIBIBYTE = 2 ** 30;

test.each([
  [0.5, { shared_buffers: '128MB', effective_cache_size: '256MB' }],
  [2, { shared_buffers: '512MB', effective_cache_size: '1024MB' }],
  [24, { shared_buffers: '2048MB', effective_cache_size: '12288MB' }],
])(
  'on %d GiB a quarter of the memory is for tables, within bounds, and half is thought to hold files',
  (gibibytes, is) => {
    expect(memorySettings(gibibytes * GIBIBYTE)).toEqual(is);
  },
);

test('what this process may use is what counts unless told', () => {
  const { shared_buffers } = memorySettings();
  expect(Number.parseInt(shared_buffers, 10)).toBeGreaterThanOrEqual(128);
  expect(Number.parseInt(shared_buffers, 10)).toBeLessThanOrEqual(Math.max(128, totalmem() / 4 / 2 ** 20));
});
