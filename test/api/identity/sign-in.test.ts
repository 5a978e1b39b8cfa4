import { beforeAll, describe, expect, it } from 'vitest';
import { SignInThrottle } from '../../../src/identity/people/sign-in-throttle.ts';
import { useApi } from '../../support/api.ts';
import { PASSWORD, setUp, signIn } from '../../support/people.ts';
import type { ProblemJson } from '../../support/shop/shop.ts';

/** Guessing at passwords: slow for whoever guesses, telling nothing, and keeping nobody out who belongs here. */
const api = useApi();
const EMAIL = 'asha@shop.example';
beforeAll(async () => {
  await setUp(api);
});

const STRANGER = '203.0.113.9';
const attempt = (email: string, password: string, remoteAddress: string) =>
  api.send({ method: 'POST', url: '/v1/session', payload: { email, password }, remoteAddress });
const guesses = async (email: string, remoteAddress: string, count: number) => {
  const statuses: number[] = [];
  for (let guess = 0; guess < count; guess += 1) {
    statuses.push((await attempt(email, `guess number ${guess}`, remoteAddress)).statusCode);
  }
  return statuses;
};

/** As if so much time were left of every wait. */
const wait = (left: string) =>
  api.database.pool.query({ text: 'UPDATE sign_in_failures SET blocked_until = now() + $1::interval', values: [left] });
/** How long each has to wait, in seconds, from the last attempt on. */
const waits = async (): Promise<number[]> => {
  const { rows } = await api.database.pool.query<{ wait: number }>(
    'SELECT round(extract(epoch FROM blocked_until - failed_at))::integer AS wait FROM sign_in_failures',
  );
  return rows.map((row) => row.wait);
};

describe('somebody who guesses', () => {
  it.for([
    ['at somebody', EMAIL],
    ['at an address that nobody has', 'nobody@shop.example'],
  ] as const)('%s hears 401 five times and 429 from then on, in the same words', async ([_whom, email]) => {
    expect(await guesses(email, STRANGER, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(await waits()).toContain(1);
    await wait('1 hour');
    const answer = await attempt(email, PASSWORD, STRANGER);
    expect(answer.statusCode).toBe(429);
    expect(answer.json<ProblemJson>().code).toBe('rate.limited');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3_000);
  });

  it('has to wait twice as long each time, a quarter of an hour at most', async () => {
    const told: number[] = [];
    for (let failures = 0; failures < 12; failures += 1) {
      await wait('0');
      await attempt(EMAIL, 'another guess at it', STRANGER);
      told.push(Math.max(...(await waits())));
    }
    expect(told).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('keeps them out of nowhere that they have signed in from, and is kept out there too', async () => {
    expect((await attempt(EMAIL, PASSWORD, STRANGER)).statusCode).toBe(429);
    expect((await attempt(EMAIL, PASSWORD, '127.0.0.1')).statusCode).toBe(201);
    expect(await guesses(EMAIL, '127.0.0.1', 5)).toEqual([401, 401, 401, 401, 401]);
    await wait('1 hour');
    expect(await guesses(EMAIL, '127.0.0.1', 1)).toEqual([429]);
    await wait('0');
    await signIn(api, EMAIL);
    expect(await guesses(EMAIL, '127.0.0.1', 1)).toEqual([401]);
  });

  it('by many at once gets no more guesses', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, guess) => attempt('crowd@shop.example', `guess number ${guess}`, STRANGER)),
    );
    const looked = answers.filter(({ statusCode }) => statusCode === 401);
    expect(looked.length).toBeGreaterThanOrEqual(5);
    // One more, should they take longer than the second that the sixth waits.
    expect(looked.length).toBeLessThan(8);
  });

  it('at one password for many addresses is slowed down by their own', async () => {
    const address = '203.0.113.10';
    // As another process counts: both share the bucket of the address.
    const elsewhere = new SignInThrottle(api.database.pool);
    const taken = await Promise.all(Array.from({ length: 80 }, () => elsewhere.ofAddress(address)));
    expect(taken.filter((each) => each === undefined).length).toBeLessThan(70);
    expect((await attempt('anybody@shop.example', 'one and the same', address)).statusCode).toBe(429);
  });

  it('learns nothing from how long it takes', async () => {
    const time = async (email: string, address: string) => {
      const begun = performance.now();
      await attempt(email, 'the wrong password', address);
      return performance.now() - begun;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await api.database.pool.query('DELETE FROM sign_in_failures');
      known.push(await time(EMAIL, '203.0.113.11'));
      unknown.push(await time('nobody@shop.example', '203.0.113.11'));
    }
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[5] ?? 0;
    // Without the hash that nobody has, it would be a twentieth.
    expect(median(unknown)).toBeGreaterThan(median(known) / 3);
  });

  it('is on record by the name of the person, without the address that was typed', async () => {
    await api.identity.securityLog.flush();
    const { rows } = await api.database.pool.query<{ actor: string; detail: string | null }>(
      "SELECT DISTINCT actor, detail FROM security_events WHERE event = 'session.refused' ORDER BY detail",
    );
    expect(rows).toEqual([
      { actor: 'anonymous', detail: 'person:Asha Rao' },
      { actor: 'anonymous', detail: null },
    ]);
    expect(JSON.stringify(api.log)).not.toContain('shop.example');
  });
});
