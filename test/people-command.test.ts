import { afterEach, beforeEach, expect, test } from 'vitest';
import { useDatabase } from './support/database.ts';
import { makePlace, runCommand, startRole, type Place } from './support/running-roundtrip.ts';

/** The first account by the link that a start prints, and people from the shell, as processes of their own. */
const database = useDatabase();
/** It starts many processes one after the other. */
const PATIENCE_MS = 120_000;
const PASSWORD = 'four words and a comma';

let place: Place;
beforeEach(async () => {
  place = await makePlace({ DATABASE_URL: database.url });
});
afterEach(() => place.remove());

const send = async (path: string, body: object): Promise<Response> =>
  fetch(`${place.webUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a link at the first start, an invitation, a reset and the end of it', { timeout: PATIENCE_MS }, async () => {
  const web = await startRole(place, 'web');
  const [, token] = /http:\/\/127\.0\.0\.1:\d+\/console\/setup#token=(\S+)/.exec(web.stdout()) ?? [];
  const first = { token, name: 'Asha', email: 'asha@shop.example', password: PASSWORD };
  expect((await send('/v1/one-time-link/setup', first)).status).toBe(201);

  const invited = await runCommand(
    place,
    ...['people', 'invite', '--role', 'support', '--name', 'Bela', '--email', 'bela@shop.example'],
  );
  const [, invitation] = /\/console\/invite#token=(\S+)/.exec(invited.stdout) ?? [];
  expect(invited.stderr).not.toContain(invitation);
  expect((await send('/v1/one-time-link/password', { token: invitation, password: PASSWORD })).status).toBe(200);
  const signedIn = await send('/v1/session', { email: 'bela@shop.example', password: PASSWORD });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  const status = async () => (await fetch(`${place.webUrl}/v1/orders`, { headers: { cookie } })).status;
  expect(await status()).toBe(200);

  const reset = await runCommand(place, 'people', 'reset', 'Bela', '--remove-second-factor');
  expect(reset.stdout).toMatch(/\/console\/invite#token=rt_link_/);
  expect((await runCommand(place, 'people', 'disable', 'Bela')).code).toBe(0);
  // Another process did it, so this one may be a second late.
  await expect.poll(status, { timeout: 5_000 }).toBe(401);
  const { stdout } = await runCommand(place, 'people', 'list');
  expect(stdout.split('\n')[0]).toMatch(/^Bela +bela@shop\.example +support +disabled +password +last signed in 2/);

  const { stderr } = await web.end('SIGTERM');
  for (const secret of [token, invitation, PASSWORD, 'shop.example', cookie.split('=')[1]]) {
    expect(stderr).not.toContain(secret);
  }
  const again = await startRole(place, 'web');
  expect(again.stdout()).not.toMatch(/OPEN|CLOSED|setup/);
  await again.end('SIGTERM');
});

test('says what is wrong with a command', { timeout: PATIENCE_MS }, async () => {
  const person = ['--name', 'Dev', '--email', 'dev@shop.example'];
  const cases = [
    [['invite', ...person], /--role/],
    [['invite', '--role', 'admin', '--name', 'Dev', '--email', 'dev'], /e-mail address/],
    [['reset', 'nobody'], /there is no person "nobody"/],
  ] as const;
  for (const [words, expected] of cases) {
    const ended = await runCommand(place, 'people', ...words);
    expect(ended.code, words.join(' ')).toBe(1);
    expect(ended.stderr).toMatch(expected);
    expect(ended.stdout).toBe('');
  }
});
