import { describe, expect, test } from 'vitest';
import { isSignedWebhook, signWebhook } from './webhook-signature.ts';

const secret = 'a-secret-of-the-test';
const now = new Date('2026-04-01T10:00:00Z');
const body = Buffer.from('{"id":"evt_1"}');
const check = { secret, body, now, toleranceSeconds: 300 };
const at = (offsetSeconds: number) => new Date(now.getTime() + offsetSeconds * 1_000);

describe('a signature', () => {
  test.each([-300, -299, 0, 299, 300])('made %s s from now holds', (offset) => {
    expect(isSignedWebhook(signWebhook(secret, body, at(offset)), check)).toBe(true);
  });

  test.each([-301, 301, -86_400])('made %s s from now is stale', (offset) => {
    expect(isSignedWebhook(signWebhook(secret, body, at(offset)), check)).toBe(false);
  });

  test('of other bytes, by another secret, or with another moment written in is none', () => {
    const signature = signWebhook(secret, body, now);
    expect(isSignedWebhook(signature, { ...check, body: Buffer.from('{"id":"evt_2"}') })).toBe(false);
    expect(isSignedWebhook(signWebhook('another-secret', body, now), check)).toBe(false);
    expect(isSignedWebhook(signature.replace(/t=\d+/, 't=1775037601'), check)).toBe(false);
  });

  test('holds when it is one of several, while the secret is being changed', () => {
    const [moment, old] = signWebhook('the-old-secret', body, now).split(',');
    const current = signWebhook(secret, body, now).split(',')[1];
    expect(isSignedWebhook([moment, old, current].join(','), check)).toBe(true);
  });

  test.each([
    '',
    't=',
    'v1=',
    't=1775037600',
    't=x,v1=00',
    `t=1775037600,v1=${'0'.repeat(63)}`,
    't=1e9,v1=\u0000',
    ',',
  ])('"%s" is none', (header) => {
    expect(isSignedWebhook(header, check)).toBe(false);
  });
});
