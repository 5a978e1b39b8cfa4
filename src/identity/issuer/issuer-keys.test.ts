import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../platform/logger.ts';
import { IssuerKeys, IssuerUnavailable } from './issuer-keys.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const pairs = new Map<string, { readonly privateKey: CryptoKey; readonly jwk: JWK }>();
beforeAll(async () => {
  for (const kid of ['old', 'new', 'unknown']) {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    pairs.set(kid, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } });
  }
});

/** What the issuer has at the moment; undefined: it is away. */
let published: readonly string[] | undefined;
let asked: number;
let nowMs: number;
let keys: IssuerKeys;
beforeEach(() => {
  [published, asked, nowMs] = [['old'], 0, 0];
  keys = new IssuerKeys({
    logger: silentLogger,
    now: () => nowMs,
    fetchKeys: () => {
      asked += 1;
      if (!published) return Promise.reject(new Error('away'));
      return Promise.resolve(createLocalJWKSet({ keys: published.map((kid) => pairOf(kid).jwk) }));
    },
  });
});

function pairOf(kid: string) {
  const pair = pairs.get(kid);
  if (!pair) throw new Error(`there is no key ${kid}`);
  return pair;
}

async function check(kid: string): Promise<'good' | 'unknown' | 'unavailable'> {
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(pairOf(kid).privateKey);
  try {
    await jwtVerify(token, (header, jws) => keys.find(header, jws));
    return 'good';
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return 'unknown';
    if (error instanceof IssuerUnavailable) return 'unavailable';
    throw error;
  }
}

it('asks once for all who come at once, and not again for a key that it knows', async () => {
  expect(await Promise.all(Array.from({ length: 20 }, () => check('old')))).toEqual(Array(20).fill('good'));
  nowMs += 9 * MINUTE_MS;
  expect(await check('old')).toBe('good');
  expect(asked).toBe(1);
});

it('follows a rotation at the first token of the new key, and the end of the old one', async () => {
  await check('old');
  nowMs += MINUTE_MS;
  published = ['old', 'new'];
  expect(await check('new')).toBe('good');
  expect(await check('old')).toBe('good');
  published = ['new'];
  nowMs += 11 * MINUTE_MS;
  // Looked up again beside the request, which does not wait for it.
  expect(await check('old')).toBe('good');
  await expect.poll(() => check('old')).toBe('unknown');
});

it('asks once in its cool-down, however many unknown keys it is shown', async () => {
  await check('old');
  for (let attempt = 0; attempt < 50; attempt += 1) expect(await check('unknown')).toBe('unknown');
  expect(asked).toBe(1);
  nowMs += 31_000;
  for (let attempt = 0; attempt < 50; attempt += 1) expect(await check('unknown')).toBe('unknown');
  expect(asked).toBe(2);
});

it('goes on with what it knows while the issuer is away, for a day', async () => {
  await check('old');
  published = undefined;
  for (let hour = 1; hour < 24; hour += 1) {
    nowMs += 60 * MINUTE_MS;
    expect(await check('old')).toBe('good');
  }
  expect(await check('new')).toBe('unknown');
  nowMs += 60 * MINUTE_MS;
  expect(await check('old')).toBe('unavailable');
  published = ['old'];
  nowMs += MINUTE_MS;
  expect(await check('old')).toBe('good');
  expect(nowMs).toBeGreaterThan(DAY_MS);
});

it('says that nobody can tell while it has never heard of the issuer, and asks it once a cool-down', async () => {
  published = undefined;
  for (let attempt = 0; attempt < 20; attempt += 1) expect(await check('old')).toBe('unavailable');
  expect(asked).toBe(1);
});
