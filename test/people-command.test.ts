import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeLink } from '../src/identity/people/one-time-links.ts';
import { createPerson } from '../src/identity/people/people.ts';
import { beginSession } from '../src/identity/people/sessions.ts';
import { dropRole, makeAppRole, urlAsRole } from './support/app-role.ts';
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

/** What is held on somebody as a person goes for good when they have left, and what is on record by their name stays. */
test('of somebody who has left, the name alone is kept', { timeout: PATIENCE_MS }, async () => {
  const { pool } = database;
  const left = { name: 'Farah', email: 'farah@shop.example', role: 'support', createdBy: 'test' } as const;
  const stays = { ...left, name: 'Gita', email: 'gita@shop.example' };
  for (const fields of [left, stays]) {
    const person = await createPerson(pool, fields);
    if (typeof person === 'string') throw new Error(`somebody has the ${person}`);
    const { id: personId } = person;
    await makeLink(pool, { purpose: 'invite', personId });
    await beginSession(pool, { personId, address: `192.0.2.${personId}`, userAgent: 'Firefox' });
    await pool.query("UPDATE people SET password_hash = '$argon2id$', totp_secret = 'sealed' WHERE id = $1", [
      personId,
    ]);
    await pool.query("INSERT INTO recovery_codes (person_id, hash) VALUES ($1, sha256('code'))", [personId]);
  }
  const early = await runCommand(place, 'people', 'forget', 'Farah');
  expect([early.code, early.stderr]).toEqual([
    1,
    'roundtrip: "Farah" is not disabled: "roundtrip people disable" comes first\n',
  ]);
  await runCommand(place, 'people', 'disable', 'Farah');

  const role = `forgetting_${randomBytes(4).toString('hex')}`;
  await makeAppRole(database.url, role);
  const asRole = { ...place, environment: { ...place.environment, DATABASE_URL: urlAsRole(database.url, role) } };
  const refused = await runCommand(asRole, 'people', 'forget', 'Farah');
  await dropRole(database.url, role);
  expect(refused.stderr).toBe('roundtrip: only the owner of the tables may do this: set DATABASE_URL to theirs\n');

  expect((await runCommand(place, 'people', 'forget', 'Farah')).code).toBe(0);
  const held = async (name: string) =>
    (
      await pool.query<Record<string, unknown>>({
        text: `SELECT email, password_hash AS password, totp_secret AS secret,
                      (SELECT count(*) FROM recovery_codes WHERE person_id = people.id) AS codes,
                      (SELECT count(*) FROM familiar_addresses WHERE person_id = people.id) AS addresses,
                      (SELECT count(*) FROM one_time_links WHERE person_id = people.id) AS links,
                      (SELECT count(*) FROM sessions WHERE person_id = people.id) AS sessions
               FROM people WHERE name = $1`,
        values: [name],
      })
    ).rows;
  const nothing = { password: null, secret: null, codes: 0, addresses: 0, links: 0, sessions: 0 };
  expect(await held('Farah')).toEqual([
    { ...nothing, email: expect.stringMatching(/^forgotten-\d+@forgotten\.invalid$/) as string },
  ]);
  expect(await held('Gita')).toMatchObject([
    { email: 'gita@shop.example', codes: 1, addresses: 1, links: 1, sessions: 1 },
  ]);
  const { rows } = await pool.query("SELECT event FROM security_events WHERE detail = 'person:Farah' ORDER BY id");
  expect(rows).toEqual([{ event: 'person.disabled' }, { event: 'person.forgotten' }]);
  expect(await createPerson(pool, { ...left, email: 'another@shop.example' })).toBe('name');
  expect(await createPerson(pool, { ...left, name: 'Farah 2' })).toMatchObject({ email: 'farah@shop.example' });
});
