import { expect, test } from 'vitest';
import { isNetwork } from './networks.ts';

test.each([
  ['127.0.0.0/8', true],
  ['::1/128', true],
  ['127.0.0.1', false],
  ['127.0.0.0/33', false],
  ['10.0.0.0/8/8', false],
  ['name/8', false],
  ['10.0.0.0/', false],
])('%s as a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected);
});
