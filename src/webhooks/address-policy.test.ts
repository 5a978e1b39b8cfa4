import { describe, expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';

const strict = new AddressPolicy([]);
const INSIDE = 'must not lead inside: to a private, local or otherwise special address';

describe('an address', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is refused', (address) => {
    expect(strict.permits(address)).toBe(false);
  });

  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
    '%s is public',
    (address) => {
      expect(strict.permits(address)).toBe(true);
    },
  );

  test('is taken where the configuration allows its network, and no other beside it', () => {
    const policy = new AddressPolicy(['127.0.0.0/8', 'fd00::/8']);
    expect(['127.0.0.1', 'fd00::1', '8.8.8.8'].map((each) => policy.permits(each))).toEqual([true, true, true]);
    expect(['10.0.0.1', '::1', '::ffff:127.0.0.1'].map((each) => policy.permits(each))).toEqual([false, false, false]);
  });
});

describe("an endpoint's URL", () => {
  test.each([
    ['https://127.0.0.1/hook', INSIDE],
    ['https://0x7f.1/hook', INSIDE],
    ['https://2130706433/', INSIDE],
    ['https://0177.0.0.1/', INSIDE],
    ['https://127.1/', INSIDE],
    ['https://１２７.0.0.1/', INSIDE],
    ['https://[::1]/', INSIDE],
    ['https://[::ffff:127.0.0.1]/', INSIDE],
    ['https://169.254.169.254/latest/meta-data/', INSIDE],
    ['https://localhost/', INSIDE],
    ['https://LOCALHOST./', INSIDE],
    ['https://a.localhost/', INSIDE],
    ['https://metadata.google.internal/', INSIDE],
    ['https://printer.local/', INSIDE],
    ['http://shop.example/hook', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['gopher://shop.example/', 'must begin with https://'],
    ['https://me:secret@shop.example/', 'must not hold a user or a password'],
    ['https://shop.example/#x', 'must not hold a fragment'],
    ['shop.example', 'must be a URL'],
    ['https://', 'must be a URL'],
  ])('%s is refused', (url, fault) => {
    expect(strict.faultOf(url)).toBe(fault);
  });

  test('of a public name or address is taken', () => {
    expect(strict.faultOf('https://hooks.shop.example/roundtrip?shop=1')).toBeUndefined();
    expect(strict.faultOf('https://8.8.8.8:8443/hook')).toBeUndefined();
  });

  test('may be plain HTTP and local where a network is allowed for development', () => {
    const policy = new AddressPolicy(['127.0.0.0/8']);
    expect(policy.faultOf('http://127.0.0.1:3000/hook')).toBeUndefined();
    expect(policy.faultOf('http://localhost:3000/hook')).toBeUndefined();
    expect(policy.faultOf('http://10.0.0.1/hook')).toBe(INSIDE);
  });
});
