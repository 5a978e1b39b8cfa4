import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { silentLogger } from '../../platform/logger.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { Identity } from '../identity.ts';

/** What signs tokens, while ENCRYPTION_KEY is set, changed, or lost. */
const database = useDatabase();
const [first, second] = [randomBytes(32), randomBytes(32)];
const opened: Identity[] = [];

/** A process that starts with these keys. */
function start(...keys: Buffer[]): Identity {
  const identity = new Identity({
    databaseUrl: database.url,
    logger: silentLogger,
    box: new SecretBox(keys),
    host: '127.0.0.1',
    openMode: 'never',
    rateLimitPerSecond: 0,
    isTls: false,
  });
  opened.push(identity);
  return identity;
}

afterEach(async () => {
  for (const identity of opened.splice(0)) await identity.close();
  await database.pool.query('TRUNCATE token_keys');
});

const tokenOf = async ({ customerTokens }: Identity) =>
  (await customerTokens.issue({ customerId: 'asha', shopId: null, endsWithShop: false, lifetimeSeconds: 900 })).token;
const isGood = async ({ customerTokens }: Identity, token: string) =>
  'principal' in (await customerTokens.check(token));
const count = async () => (await database.pool.query('SELECT FROM token_keys')).rowCount;
const age = (interval: string) =>
  database.pool.query(`UPDATE token_keys SET created_at = created_at - interval '${interval}'`);

it.each([
  ['is set', [], [first]],
  ['has another before it', [first], [second, first]],
] as const)('another signs once ENCRYPTION_KEY %s, and the one before ends in an hour', async (_when, keys, next) => {
  const before = await tokenOf(start(...keys));
  const after = start(...next);
  const token = await tokenOf(after);
  expect(await count()).toBe(2);
  const { rows } = await database.pool.query<{ sealed: Buffer }>('SELECT sealed FROM token_keys ORDER BY id DESC');
  expect(new SecretBox([...next]).isCurrent(rows[0]?.sealed ?? Buffer.alloc(0))).toBe(true);
  expect([await isGood(after, before), await isGood(after, token)]).toEqual([true, true]);

  await age('62 minutes');
  const later = start(...next);
  expect([await isGood(later, before), await isGood(later, token)]).toEqual([false, true]);
  await tokenOf(later);
  expect(await count()).toBe(2);
});

it('one that does not open signs nothing that is known, and another takes its place', async () => {
  const before = await tokenOf(start(first));
  const other = start(second);
  expect(await isGood(other, before)).toBe(false);
  const token = await tokenOf(other);
  expect(await isGood(other, token)).toBe(true);
  expect(await isGood(other, before)).toBe(false);
});

it('two that open each only their own leave each other in peace: neither makes one in turn with the other', async () => {
  const one = start(first);
  const both = start(second, first);
  await tokenOf(one);
  for (let turn = 0; turn < 3; turn += 1) {
    for (const each of [both, one]) {
      each.changed();
      expect(await isGood(each, await tokenOf(each))).toBe(true);
    }
  }
  expect(await count()).toBe(2);
});

it('of many processes at once, one makes it, and those that run already sign by it within a second', async () => {
  const running = start(first);
  const keyIdOf = (token: string) =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
  const before = keyIdOf(await tokenOf(running));
  await Promise.all(Array.from({ length: 8 }, () => tokenOf(start(second, first))));
  expect(await count()).toBe(2);
  // Of the first key's box, so that the running process can open it.
  await database.pool.query({
    text: 'INSERT INTO token_keys (sealed) VALUES ($1)',
    values: [new SecretBox([first]).seal(randomBytes(32).toString('base64'), 'customer tokens')],
  });
  await expect.poll(async () => keyIdOf(await tokenOf(running)), { timeout: 3_000 }).not.toBe(before);
});
