import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SecretBox } from '../../../src/platform/secrets/secret-box.ts';
import { useApi } from '../../support/api.ts';
import { codeOf, codeOfApp, invite, PASSWORD, setUp, signIn, tokenIn, type Signed } from '../../support/people.ts';

/** A code of an app beside the password: enrolled, asked for, lost, given up. */
const api = useApi();
let admin: Signed;
beforeAll(async () => {
  admin = await setUp(api);
});

describe('a second factor', () => {
  let hari: Signed;
  let hariId: number;
  let secret: string;
  let recoveryCodes: string[];
  const credentials = { email: 'hari@shop.example', password: PASSWORD };
  const signInWith = (code?: string) =>
    api.post('/v1/session', { ...credentials, ...(code === undefined ? {} : { code }) });
  beforeAll(async () => {
    const invited = await invite(api, admin, { name: 'Hari', role: 'warehouse' });
    hari = invited.signed;
    hariId = invited.person.id;
  });

  it('is asked for once a code of it was confirmed, and not before', async () => {
    const wrong = await api.post('/v1/session/second-factor', { password: 'not the password' }, hari);
    expect(codeOf(wrong)).toBe('session.wrong_password');
    const begun = await api.post('/v1/session/second-factor', { password: PASSWORD }, hari);
    ({ secret } = begun.json<{ secret: string }>());
    expect(begun.json<{ uri: string }>().uri).toContain(`secret=${secret}`);
    expect((await signInWith()).statusCode).toBe(201);

    const confirm = (code: string) => api.post('/v1/session/second-factor/confirm', { code }, hari);
    expect(codeOf(await confirm(codeOfApp(secret, 5)))).toBe('session.wrong_code');
    const confirmed = await confirm(codeOfApp(secret));
    recoveryCodes = confirmed.json<{ recovery_codes: string[] }>().recovery_codes;
    expect(recoveryCodes).toHaveLength(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
    expect(codeOf(await signInWith())).toBe('session.code_required');
  });

  it('takes each code once, in order', async () => {
    // The next one, which is taken early: should the half minute end meanwhile, it is the one of now.
    const code = codeOfApp(secret, 1);
    const answers = await Promise.all([1, 2, 3].map(() => signInWith(code)));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 401, 401]);
    expect(codeOf(await signInWith(codeOfApp(secret)))).toBe('session.refused');
  });

  it('has recovery codes that are good once, however they are typed', async () => {
    const [code = ''] = recoveryCodes;
    const typed = code.toUpperCase().replaceAll('-', ' ');
    expect((await signInWith(typed)).statusCode).toBe(201);
    expect(codeOf(await signInWith(code))).toBe('session.refused');
    const { rows } = await api.database.pool.query('SELECT totp_secret, hash FROM people, recovery_codes');
    const dump = rows.map((row) => JSON.stringify(row)).join();
    for (const each of [...recoveryCodes, secret]) expect(dump).not.toContain(each);
  });

  // A key that is gone must not read like a fault of ours that nobody can name, and must not shut out who has a recovery
  // code. In the place of the sealed secret stands one of a key that is not here.
  it('whose secret does not open says so, here and in the log, and recovery codes are good all the same', async () => {
    const foreign = new SecretBox([randomBytes(32)]).seal('secret', 'second factors');
    const swap = async (to: Buffer | undefined) => {
      const { rows } = await api.database.pool.query<{ before: Buffer }>({
        text: `UPDATE people SET totp_secret = $2 FROM (SELECT id, totp_secret FROM people) AS former
               WHERE people.id = $1 AND former.id = people.id RETURNING former.totp_secret AS before`,
        values: [hariId, to],
      });
      return rows[0]?.before;
    };
    const before = await swap(foreign);
    const answer = await signInWith(codeOfApp(secret));
    expect([answer.statusCode, codeOf(answer)]).toEqual([500, 'service.secret_unreadable']);
    expect(api.log).toContainEqual(expect.objectContaining({ level: 'error', code: 'service.secret_unreadable' }));
    expect((await signInWith(recoveryCodes[1])).statusCode).toBe(201);
    await swap(before);
  });

  it('that was lost goes with the password, once the link of an administrator is used', async () => {
    const reset = await api.post(`/v1/people/${hariId}/reset`, { remove_second_factor: true }, admin);
    expect(codeOf(await signInWith())).toBe('session.code_required');
    const { link } = reset.json<{ link: string }>();
    const chosen = await api.post('/v1/one-time-link/password', {
      token: tokenIn(link),
      password: 'three words again',
    });
    expect(chosen.json()).toMatchObject({ name: 'Hari', has_second_factor: false });
    expect((await api.get('/v1/me', hari)).statusCode).toBe(401);
    await signIn(api, 'hari@shop.example', 'three words again');
  });

  it('is given up by the password alone', async () => {
    const again = await signIn(api, 'hari@shop.example', 'three words again');
    const begun = await api.post('/v1/session/second-factor', { password: 'three words again' }, again);
    const code = codeOfApp(begun.json<{ secret: string }>().secret);
    await api.post('/v1/session/second-factor/confirm', { code }, again);
    const remove = (password: string) => api.post('/v1/session/second-factor/remove', { password }, again);
    expect(codeOf(await remove('not the password'))).toBe('session.wrong_password');
    expect((await remove('three words again')).statusCode).toBe(200);
    await signIn(api, 'hari@shop.example', 'three words again');
  });
});
