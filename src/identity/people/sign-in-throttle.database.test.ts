import { Pool } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { createPerson } from './people.ts';
import { beginSession } from './sessions.ts';
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

describe('somebody whom a stranger has made wait', () => {
  let throttle: SignInThrottle;
  beforeAll(() => {
    throttle = new SignInThrottle(database.pool);
  });
  const isLetIn = async (email: string, address: string) => (await throttle.attempt(email, address)).isAllowed;
  async function madeToWait(name: string): Promise<{ personId: number; email: string }> {
    const email = `${name}@shop.example`;
    const person = await createPerson(database.pool, { name, email, role: 'admin', createdBy: 'local' });
    if (typeof person === 'string') throw new Error(`${name} was there already`);
    await isLetIn(email, ADDRESS);
    await database.pool.query("UPDATE sign_in_failures SET blocked_until = now() + interval '1 hour'");
    return { personId: person.id, email };
  }

  it.for([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
  ] as const)('has signed in from %s, and comes from %s: let in is %s', async ([before, now, expected], { task }) => {
    const { personId, email } = await madeToWait(task.id);
    await beginSession(database.pool, { personId, address: before, userAgent: undefined });
    expect(await isLetIn(email, now)).toBe(expected);
  });

  it('is let in from where an earlier version kept the address itself', async () => {
    const { personId, email } = await madeToWait('earlier');
    const address = '2001:db8:1:2::5';
    await database.pool.query('INSERT INTO familiar_addresses (person_id, address) VALUES ($1, $2)', [
      personId,
      address,
    ]);
    expect(await isLetIn(email, address)).toBe(true);
    expect(await isLetIn(email, ADDRESS)).toBe(false);
  });
});
