import { Pool } from 'pg';
import { expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { SignInThrottle } from './sign-in-throttle.ts';

/** Which attempts have to wait, however close together they come. */
const database = useDatabase();
const ADDRESS = '203.0.113.1';

it('lets all free attempts of one moment through, in whatever order they are counted', async () => {
  const earlier = new Pool({ connectionString: database.url, max: 1 });
  try {
    // Its clock stands still from here, as that of a statement does which has to wait for another.
    await earlier.query('BEGIN; SELECT now()');
    const throttle = new SignInThrottle(database.pool);
    const isAllowed = async (by: SignInThrottle) => (await by.attempt('mina@shop.example', ADDRESS)).isAllowed;
    expect(await isAllowed(throttle)).toBe(true);
    expect(await isAllowed(new SignInThrottle(earlier))).toBe(true);
    await earlier.query('COMMIT');
    expect([await isAllowed(throttle), await isAllowed(throttle)]).toEqual([true, true]);
  } finally {
    await earlier.end();
  }
});

it('makes the next wait once five have failed, and forgets them after one that succeeds', async () => {
  const throttle = new SignInThrottle(database.pool);
  const attempts = [];
  for (let count = 0; count < 6; count++) attempts.push(await throttle.attempt('noor@shop.example', ADDRESS));
  expect(attempts.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, true, true, false]);
  expect(attempts.at(-1)).toMatchObject({ retryAfterSeconds: 1 });
  const [first] = attempts;
  if (!first?.isAllowed) throw new Error('the first attempt was refused');
  await throttle.succeeded(first.subject);
  expect(await throttle.attempt('noor@shop.example', ADDRESS)).toMatchObject({ isAllowed: true });
});
