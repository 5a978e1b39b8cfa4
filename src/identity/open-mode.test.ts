import { describe, expect, it } from 'vitest';
import { isLoopback, reasonNotLocal } from './open-mode.ts';

it.for(['127.0.0.1', '127.8.9.10', '::1', '[::1]', 'localhost', 'LOCALHOST', 'shop.localhost', '::ffff:127.0.0.1'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

const ELSEWHERE = [
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  '::ffff:10.0.0.1',
  '127.0.0.1.evil.example',
  '127.evil.example',
  'localhost.evil.example',
  'evillocalhost',
  '127.1',
  '2130706433',
];
it.for(ELSEWHERE)('"%s" is not this machine alone', (host) => {
  expect(isLoopback(host)).toBe(false);
});

describe('a request that reached a port of this machine', () => {
  const local = {
    remoteAddress: '127.0.0.1',
    host: 'localhost:8000',
    forwardedFor: undefined,
    realIp: undefined,
    proxied: undefined,
  };

  it.for([local, { ...local, host: '[::1]:8000' }, { ...local, forwardedFor: '127.0.0.1, ::1', realIp: '::1' }])(
    "is this machine's user's: %o",
    (provenance) => {
      expect(reasonNotLocal(provenance)).toBeUndefined();
    },
  );

  it.for([
    { ...local, remoteAddress: '192.168.1.7' },
    { ...local, remoteAddress: undefined },
    { ...local, host: 'evil.example:8000' },
    { ...local, host: undefined },
    { ...local, forwardedFor: '203.0.113.9' },
    { ...local, forwardedFor: '127.0.0.1, 203.0.113.9' },
    { ...local, forwardedFor: 'unknown' },
    { ...local, realIp: '203.0.113.9' },
    { ...local, forwardedFor: '127.0.0.1', realIp: '203.0.113.9' },
    { ...local, proxied: 'for=127.0.0.1' },
    { ...local, proxied: '1.1 proxy' },
  ])('is not: %o', (provenance) => {
    expect(reasonNotLocal(provenance)).toMatch(/\.$/);
  });
});
