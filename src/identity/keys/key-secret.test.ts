import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carriesSecret, hashOf, isKeySecret, newKeySecret, prefixOf } from './key-secret.ts';

describe('the secret of a key', () => {
  it('is well formed, and never the same twice', () => {
    const secrets = Array.from({ length: 1_000 }, newKeySecret);
    expect(new Set(secrets).size).toBe(1_000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^rt_live_[0-9A-Za-z]{38}$/);
      expect(isKeySecret(secret)).toBe(true);
      expect(carriesSecret(`/v1/orders?after=${secret}`)).toBe(true);
    }
  });

  it('with any one character changed is none', () => {
    const secret = newKeySecret();
    for (let at = 0; at < secret.length; at += 1) {
      const other = secret[at] === 'x' ? 'y' : 'x';
      expect(isKeySecret(`${secret.slice(0, at)}${other}${secret.slice(at + 1)}`), String(at)).toBe(false);
    }
  });

  it('is not recognised in any other text', () => {
    fc.assert(fc.property(fc.string(), (text) => !isKeySecret(text) && !isKeySecret(`rt_live_${text}`)));
  });

  it('shows six characters of itself, and its hash shows none', () => {
    const secret = newKeySecret();
    expect(prefixOf(secret)).toBe(secret.slice(0, 14));
    expect(Buffer.from(hashOf(secret), 'base64')).toHaveLength(32);
    expect(hashOf(secret)).not.toContain(secret.slice(8, 14));
  });
});

it.for(['/v1/orders', '/v1/orders?after=abc', '/v1/orders?sku=rt_live', '/v1/events?type=a&limit=3'])(
  '%s carries no secret',
  (url) => {
    expect(carriesSecret(url)).toBe(false);
  },
);
