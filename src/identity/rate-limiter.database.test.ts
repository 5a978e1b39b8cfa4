import { expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { RateLimiter, removeIdleBuckets } from './rate-limiter.ts';

const database = useDatabase();

it('lets a bucketful through, however many processes share it, and no more', async () => {
  const limit = { perSecond: 0.001, burst: 100 };
  const processes = Array.from({ length: 4 }, () => new RateLimiter(database.pool, limit));
  const grants = await Promise.all(
    Array.from({ length: 100 }, () => processes.map(async (process) => process.take('shared'))).flat(),
  );
  expect(grants).toHaveLength(400);
  expect(grants.filter(({ allowed }) => allowed)).toHaveLength(100);
});

it('fills again by the second, never over the brim', async () => {
  const limiter = new RateLimiter(database.pool, { perSecond: 10, burst: 5 });
  const spend = async () => {
    let taken = 0;
    while ((await limiter.take('filling')).allowed) taken += 1;
    return taken;
  };
  expect(await spend()).toBeGreaterThanOrEqual(5);
  await database.pool.query("UPDATE rate_buckets SET refilled_at = refilled_at - interval '1 hour'");
  const other = new RateLimiter(database.pool, { perSecond: 0.01, burst: 5 });
  let taken = 0;
  while ((await other.take('filling')).allowed) taken += 1;
  expect(taken).toBe(5);
});

it('says how long to wait, and asks nobody meanwhile', async () => {
  const limiter = new RateLimiter(database.pool, { perSecond: 0.1, burst: 1 });
  expect(await limiter.take('patient')).toMatchObject({ allowed: true });
  const refused = await limiter.take('patient');
  expect(refused).toMatchObject({ allowed: false });
  if (!refused.allowed) expect(refused.retryAfterSeconds).toBeGreaterThan(5);
  // At once: not by a promise.
  expect(limiter.take('patient')).toMatchObject({ allowed: false });
});

it('keeps names apart', async () => {
  const limiter = new RateLimiter(database.pool, { perSecond: 0.001, burst: 1 });
  expect([await limiter.take('one'), await limiter.take('other')]).toMatchObject([
    { allowed: true },
    { allowed: true },
  ]);
});

it('charges what something costs, whoever asks, a bucketful at most', async () => {
  const limit = { perSecond: 0.001, burst: 100 };
  const processes = Array.from({ length: 4 }, () => new RateLimiter(database.pool, limit));
  const grants = await Promise.all(
    Array.from({ length: 10 }, () => processes.map(async (process) => process.take('dear', 7))).flat(),
  );
  const spent = 7 * grants.filter(({ allowed }) => allowed).length;
  expect(spent).toBeLessThanOrEqual(100);
  // Each process may be left with tokens in hand that are not enough for one more.
  expect(spent).toBeGreaterThan(100 - 4 * 7);
  expect(await processes[0]?.take('whole', 1_000)).toEqual({ allowed: true, remaining: 0 });
  expect(processes[0]?.take('whole')).toMatchObject({ allowed: false });
});

it('keeps what is cheap going while what is dear has to wait, and says for how long', async () => {
  const limiter = new RateLimiter(database.pool, { perSecond: 0.1, burst: 10 });
  expect(await limiter.take('mixed', 7)).toEqual({ allowed: true, remaining: 3 });
  const refused = await limiter.take('mixed', 8);
  expect(refused).toMatchObject({ allowed: false });
  if (!refused.allowed) expect(refused.retryAfterSeconds).toBeGreaterThan(40);
  expect(await limiter.take('mixed', 3)).toMatchObject({ allowed: true });
});

it('keeps no bucket that nobody has asked for an hour, nor the address that it is named by', async () => {
  await database.pool.query('DELETE FROM rate_buckets');
  const limiter = new RateLimiter(database.pool, { perSecond: 0.5, burst: 30 });
  await limiter.take('address 192.0.2.7');
  await database.pool.query("UPDATE rate_buckets SET refilled_at = refilled_at - interval '61 minutes'");
  await limiter.take('address 192.0.2.8');
  expect(await removeIdleBuckets(database.pool)).toBe(1);
  expect(await removeIdleBuckets(database.pool)).toBe(0);
  const { rows } = await database.pool.query('SELECT name FROM rate_buckets');
  expect(rows).toEqual([{ name: 'address 192.0.2.8' }]);
});
