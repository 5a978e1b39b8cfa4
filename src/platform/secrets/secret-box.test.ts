import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SealedByAnotherKey, SecretBox } from './secret-box.ts';

const [old, current] = [randomBytes(32), randomBytes(32)];
const SECRET = 'whsec_c2VjcmV0';

describe('a sealed secret', () => {
  test('opens again, and does not show in what is kept', () => {
    const box = new SecretBox([current]);
    const sealed = box.seal(SECRET, 'webhook');
    expect(sealed.includes(SECRET)).toBe(false);
    expect(box.open(sealed, 'webhook')).toBe(SECRET);
    expect(box.seal(SECRET, 'webhook')).not.toEqual(sealed);
  });

  test('opens after a new key was put before its own, and then seals by the new one', () => {
    const sealed = new SecretBox([old]).seal(SECRET, 'webhook');
    const both = new SecretBox([current, old]);
    expect(both.open(sealed, 'webhook')).toBe(SECRET);
    expect(new SecretBox([current]).open(both.seal(SECRET, 'webhook'), 'webhook')).toBe(SECRET);
  });

  test('does not open by another key, for another purpose, or changed', () => {
    const box = new SecretBox([current]);
    const sealed = box.seal(SECRET, 'webhook');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(() => new SecretBox([old]).open(sealed, 'webhook')).toThrow(SealedByAnotherKey);
    expect(() => new SecretBox([]).open(sealed, 'webhook')).toThrow(SealedByAnotherKey);
    expect(() => box.open(sealed, 'login')).toThrow(SealedByAnotherKey);
    expect(() => box.open(changed, 'webhook')).toThrow(SealedByAnotherKey);
    expect(() => box.open(Buffer.of(7), 'webhook')).toThrow(SealedByAnotherKey);
  });

  test('is kept as it is without a key, and opens after one was set', () => {
    const kept = new SecretBox([]).seal(SECRET, 'webhook');
    expect(new SecretBox([]).open(kept, 'webhook')).toBe(SECRET);
    expect(new SecretBox([current]).open(kept, 'webhook')).toBe(SECRET);
  });

  test('needs a key of 32 bytes', () => {
    expect(() => new SecretBox([randomBytes(16)])).toThrow('32 bytes, not 16');
  });
});
