import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { silentLogger } from '../../platform/logger.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { createKey } from './api-keys.ts';
import { Identity } from '../identity.ts';
import { hashOf, isKeySecret } from './key-secret.ts';

/**
 * How long a check takes tells nothing of how near a guess is: a secret is compared by nobody, but looked up by its
 * SHA-256, which a guess cannot steer, by one statement whatever is wrong with it.
 */
const database = useDatabase();
let identity: Identity;
let secret: string;
beforeAll(async () => {
  identity = new Identity({
    databaseUrl: database.url,
    logger: silentLogger,
    box: new SecretBox([randomBytes(32)]),
    host: '127.0.0.1',
    openMode: 'never',
    rateLimitPerSecond: 0,
    isTls: false,
  });
  const key = { name: 'timed', role: 'shop', operations: null, expiresAt: null, createdBy: 'test' } as const;
  secret = (await createKey(database.pool, key))?.secret ?? '';
  identity.changed();
});
afterAll(() => identity.close());

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Well formed, like the real one in as many of its first characters, and then another. */
function guessLike(like: number): string {
  const random = secret.slice('rt_live_'.length, -6);
  const rest = Array.from(random.slice(like), (character) => (character === 'a' ? 'b' : 'a')).join('');
  const guess = random.slice(0, like) + rest;
  let left = crc32(guess);
  let check = '';
  while (check.length < 6) {
    check = `${ALPHABET[left % 62] ?? ''}${check}`;
    left = Math.floor(left / 62);
  }
  return `rt_live_${guess}${check}`;
}

it.for([0, 1, 6, 16, 31])('a guess with %d characters right is looked up like any other', async (like) => {
  const guess = guessLike(like);
  expect(isKeySecret(guess)).toBe(true);
  expect(guess).not.toBe(secret);
  await identity.recognise(secret);
  const asked = vi.spyOn(identity.pool, 'query');
  const verdict = await identity.recognise(guess);
  const statements = asked.mock.calls.map(([statement]) => statement as { name?: string; values?: unknown[] });
  asked.mockRestore();
  // The epoch is read beside the requests, by the clock.
  const ofTheGuess = statements.filter(({ name }) => name !== 'read-identity-epoch');
  expect(ofTheGuess).toMatchObject([{ name: 'find-key', values: [hashOf(guess)] }]);
  expect(verdict).toEqual({ fault: 'No key has this secret.' });
});
