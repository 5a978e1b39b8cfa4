import { beforeAll, describe, expect, it } from 'vitest';
import { makeLink } from '../../../src/identity/people/one-time-links.ts';
import { useApi } from '../../support/api.ts';
import { bearer } from '../../support/keys.ts';
import {
  codeOf,
  cookieOf,
  invite,
  PASSWORD,
  signedBy,
  signIn,
  tokenIn,
  type PersonJson,
  type Signed,
} from '../../support/people.ts';
import { newOrder, type OrderJson, type PageJson, type ProblemJson } from '../../support/shop/shop.ts';

/** People, from the link that is printed at the first start to the day that they are disabled. */
const api = useApi();
let admin: Signed;

const eventsOf = async (event: string) => {
  await api.identity.securityLog.flush();
  const answer = await api.get(`/v1/security-events?event=${event}`, admin);
  return answer.json<PageJson<{ actor: string; detail: string | null }>>().data;
};

describe('the first start', () => {
  it('has a link that makes one administrator, whoever else has it too, and closes the open door', async () => {
    const links = await Promise.all([1, 2, 3].map(() => makeLink(api.database.pool, { purpose: 'setup' })));
    const first = { name: 'Asha Rao', email: 'Asha@Shop.example', password: PASSWORD };
    const holder = await api.post('/v1/one-time-link', { token: links[0]?.token });
    expect(holder.json()).toEqual({ purpose: 'setup', name: null, email: null });
    expect((await api.get('/v1/me')).json()).toMatchObject({ kind: 'local' });

    const answers = await Promise.all(
      links.map(({ token }, index) =>
        api.post('/v1/one-time-link/setup', {
          ...first,
          name: `Asha ${index}`,
          token,
          email: `a${index}@shop.example`,
        }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 404, 404]);
    expect((await api.get('/v1/orders')).statusCode).toBe(401);
    for (const { token } of links)
      expect(codeOf(await api.post('/v1/one-time-link', { token }))).toBe('link.not_found');
    const made = answers.find(({ statusCode }) => statusCode === 201)?.json<PersonJson>();
    expect(made).toMatchObject({ role: 'admin', state: 'ACTIVE' });
    admin = await signIn(api, made?.email ?? '');
    expect(await eventsOf('person.set_up')).toMatchObject([{ actor: 'anonymous', detail: `person:${made?.name}` }]);
  });
});

describe('a session', () => {
  let bela: Signed;
  beforeAll(async () => {
    ({ signed: bela } = await invite(api, admin, { name: 'Bela', role: 'support' }));
  });

  it('is a cookie that no script reads and no other site sends, and is in no table as it is', async () => {
    const answer = await api.post('/v1/session', { email: 'bela@shop.example', password: PASSWORD });
    expect(answer.headers['set-cookie']).toMatch(
      /^roundtrip=[\w-]{43}; Expires=.* GMT; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    const token = cookieOf(answer)?.split('=')[1] ?? '';
    const { rows } = await api.database.pool.query('SELECT sessions::text, people::text FROM sessions, people');
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    expect(JSON.stringify(api.log)).not.toMatch(new RegExp(`${token}|${PASSWORD}|shop\\.example`));
  });

  it('puts the name of the person on record, and does what their role may', async () => {
    const me = await api.get('/v1/me', bela);
    expect(me.json()).toMatchObject({ kind: 'person', actor: 'person:Bela', role: 'support' });
    const placed = await api.post('/v1/orders', newOrder(), bela);
    expect(placed.statusCode).toBe(201);
    const record = await api.get(`/v1/orders/${placed.json<OrderJson>().id}/transitions`, bela);
    expect(record.json<PageJson<{ actor: string }>>().data.map(({ actor }) => actor)).toEqual(['person:Bela']);
    for (const url of ['/v1/people', '/v1/keys']) expect((await api.get(url, bela)).statusCode).toBe(403);
  });

  it('has idempotency keys of its own', async () => {
    const key = { 'idempotency-key': 'the same' };
    const [one, other] = await Promise.all([
      api.post('/v1/orders', newOrder({ order_number: 'ONE' }), { ...bela, ...key }),
      api.post('/v1/orders', newOrder({ order_number: 'OTHER' }), { ...admin, ...key }),
    ]);
    expect([one.statusCode, other.statusCode]).toEqual([201, 201]);
  });

  it.for([
    [{ 'sec-fetch-site': 'cross-site' }, 'auth.cross_site'],
    [{ 'sec-fetch-site': 'same-site' }, 'auth.cross_site'],
    [{ origin: 'https://evil.example' }, 'auth.cross_site'],
    [{ 'x-csrf-protection': '' }, 'auth.header_missing'],
    [{ 'x-csrf-protection': 'yes' }, 'auth.header_missing'],
  ] as const)('moves nothing where a page of another site may have sent it: %o', async ([headers, code]) => {
    const answer = await api.post('/v1/orders', newOrder({ customer_id: 'forged' }), { ...bela, ...headers });
    expect(answer.statusCode).toBe(403);
    expect(codeOf(answer)).toBe(code);
    expect((await api.get('/v1/orders?customer_id=forged', bela)).json<PageJson<object>>().data).toEqual([]);
  });

  it('is not begun by a page of another site either', async () => {
    const credentials = { email: 'bela@shop.example', password: PASSWORD };
    const answer = await api.post('/v1/session', credentials, { 'sec-fetch-site': 'cross-site' });
    expect(codeOf(answer)).toBe('auth.cross_site');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.for(['', 'x', 'A'.repeat(43), '__proto__'])('is not what a cookie makes up: "%s"', async (token) => {
    const answer = await api.get('/v1/orders', { cookie: `roundtrip=${token}` });
    expect(answer.statusCode).toBe(401);
    expect(codeOf(answer)).toBe('auth.invalid');
  });

  it('is refused in the same way where another site made the cookie up as well, and nothing is left unanswered', async () => {
    const headers = { cookie: `roundtrip=${'B'.repeat(43)}`, 'sec-fetch-site': 'cross-site' };
    const answer = await api.post('/v1/orders', newOrder(), headers);
    expect(codeOf(answer)).toBe('auth.cross_site');
  });

  it('is over when its person signs out, and their others are not', async () => {
    const other = await signIn(api, 'bela@shop.example');
    expect((await api.get('/v1/session', other)).json()).toMatchObject({ person: { name: 'Bela' } });
    const out = await api.send({ method: 'DELETE', url: '/v1/session', headers: other });
    expect(out.headers['set-cookie']).toMatch(/^roundtrip=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await api.get('/v1/me', other)).statusCode).toBe(401);
    expect((await api.get('/v1/me', bela)).statusCode).toBe(200);
  });

  it('is seen and ended from another of the same person, and not by a third', async () => {
    const other = await signIn(api, 'bela@shop.example');
    const { id } = (await api.get('/v1/session', other)).json<{ id: number }>();
    const listed = await api.get('/v1/sessions', bela);
    expect(listed.json<{ data: object[] }>().data).toContainEqual(
      expect.objectContaining({ id, is_current: false, address: '127.0.0.1' }),
    );
    const end = (by: Signed) => api.send({ method: 'DELETE', url: `/v1/sessions/${id}`, headers: by });
    expect(codeOf(await end(admin))).toBe('session.not_found');
    expect((await end(bela)).statusCode).toBe(200);
    expect((await api.get('/v1/me', other)).statusCode).toBe(401);
  });

  it.for([
    ['an hour without a request', "last_seen_at = last_seen_at - interval '61 minutes'"],
    ['twelve hours', 'expires_at = now()'],
  ] as const)('is over after %s', async ([_after, change]) => {
    const late = await signIn(api, 'bela@shop.example');
    await api.database.pool.query(`UPDATE sessions SET ${change} WHERE id = (SELECT max(id) FROM sessions)`);
    const answer = await api.get('/v1/me', late);
    expect(answer.statusCode).toBe(401);
    expect(codeOf(answer)).toBe('auth.invalid');
  });

  it('that another process ends is refused within a second', async () => {
    const ended = await signIn(api, 'bela@shop.example');
    expect((await api.get('/v1/me', ended)).statusCode).toBe(200);
    await api.database.pool.query('DELETE FROM sessions WHERE id = (SELECT max(id) FROM sessions)');
    await expect.poll(async () => (await api.get('/v1/me', ended)).statusCode, { timeout: 3_000 }).toBe(401);
  });

  it('comes by no key: what is for sessions alone is not found', async () => {
    const made = await api.post('/v1/keys', { name: 'program', role: 'admin' }, admin);
    const { secret } = made.json<{ secret: string }>();
    expect(codeOf(await api.get('/v1/session', bearer(secret)))).toBe('session.not_found');
    // A header counts before a cookie.
    expect((await api.get('/v1/me', { ...bela, ...bearer(secret) })).json()).toMatchObject({ kind: 'key' });
  });
});

describe('a person', () => {
  const patch = (id: number, payload: object, by = admin) =>
    api.send({ method: 'PATCH', url: `/v1/people/${id}`, payload, headers: by });

  it('is invited by a link that is good once, told once, and not under an Idempotency-Key', async () => {
    const fields = { name: 'Chandra', email: 'chandra@shop.example', role: 'finance' };
    expect((await api.post('/v1/people', fields, { ...admin, 'idempotency-key': 'c' })).statusCode).toBe(400);
    const invited = await api.post('/v1/people', fields, admin);
    const { id, link, state } = invited.json<PersonJson & { link: string }>();
    expect(state).toBe('INVITED');
    expect(link).toMatch(/^http:\/\/localhost(:80)?\/console\/invite#token=rt_link_/);
    expect((await api.get(`/v1/people/${id}`, admin)).body).not.toContain('rt_link_');
    // Without a password, nobody comes in.
    expect(codeOf(await api.post('/v1/session', { email: fields.email, password: PASSWORD }))).toBe('session.refused');

    const token = tokenIn(link);
    expect((await api.post('/v1/one-time-link', { token })).json()).toEqual({
      purpose: 'invite',
      name: 'Chandra',
      email: fields.email,
    });
    const weak = await api.post('/v1/one-time-link/password', { token, password: 'chandra-roundtrip' });
    expect(weak.json<ProblemJson>().errors?.[0]?.field).toBe('password');
    const chosen = await Promise.all(
      [1, 2, 3].map(() => api.post('/v1/one-time-link/password', { token, password: PASSWORD })),
    );
    expect(chosen.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 404, 404]);
    await signIn(api, 'CHANDRA@shop.example');
  });

  it.for([
    [{ name: 'Chandra', email: 'other@shop.example', role: 'admin' }, 409, 'person.name_taken'],
    [{ name: 'Other', email: 'Chandra@SHOP.example', role: 'admin' }, 409, 'person.email_taken'],
    [{ name: 'Other', email: 'other@shop.example', role: 'shop' }, 400, 'request.invalid'],
    [{ name: 'Other', email: 'other@shop.example', role: 'customer' }, 400, 'request.invalid'],
    [{ name: ' Other', email: 'other@shop.example', role: 'admin' }, 400, 'request.invalid'],
    [{ name: 'Ot\u202eher', email: 'other@shop.example', role: 'admin' }, 400, 'request.invalid'],
    [{ name: 'Other', email: 'other', role: 'admin' }, 400, 'request.invalid'],
  ] as const)('is not made of %o', async ([fields, status, code]) => {
    const answer = await api.post('/v1/people', fields, admin);
    expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
  });

  it('has the new role from the next request on; none has their own taken away', async () => {
    const { signed: dev, person } = await invite(api, admin, { name: 'Dev', role: 'read_only' });
    expect((await api.post('/v1/orders', newOrder(), dev)).statusCode).toBe(403);
    expect((await patch(person.id, { role: 'support' })).json()).toMatchObject({ role: 'support' });
    expect((await api.post('/v1/orders', newOrder(), dev)).statusCode).toBe(201);
    const own = (await api.get('/v1/session', admin)).json<{ person: PersonJson }>();
    for (const change of [{ role: 'read_only' }, { disabled: true }]) {
      expect(codeOf(await patch(own.person.id, change))).toBe('person.own_account');
    }
  });

  it('who is disabled is out at once, with every session and link, and comes back only by signing in', async () => {
    const { signed: esha, person } = await invite(api, admin, { name: 'Esha', role: 'support' });
    const reset = await api.post(`/v1/people/${person.id}/reset`, {}, admin);
    const { link } = reset.json<{ link: string }>();
    expect((await patch(person.id, { disabled: true })).json()).toMatchObject({ state: 'DISABLED' });
    const credentials = { email: 'esha@shop.example', password: PASSWORD };
    expect((await api.get('/v1/me', esha)).statusCode).toBe(401);
    expect(codeOf(await api.post('/v1/session', credentials))).toBe('session.refused');
    expect(codeOf(await api.post('/v1/one-time-link', { token: tokenIn(link) }))).toBe('link.not_found');
    expect(codeOf(await api.post(`/v1/people/${person.id}/reset`, {}, admin))).toBe('person.disabled');

    expect((await patch(person.id, { disabled: false })).json()).toMatchObject({ state: 'ACTIVE' });
    expect((await api.get('/v1/me', esha)).statusCode).toBe(401);
    await signIn(api, 'esha@shop.example');
    expect((await eventsOf('person.disabled')).map(({ detail }) => detail)).toEqual(['person:Esha']);
  });

  it('changes their password by the one before, and is signed out everywhere else', async () => {
    const { signed: farid } = await invite(api, admin, { name: 'Farid', role: 'support' });
    const elsewhere = await signIn(api, 'farid@shop.example');
    const change = (current_password: string, new_password: string) =>
      api.post('/v1/session/password', { current_password, new_password }, farid);
    expect(codeOf(await change('not the password', 'another four words instead'))).toBe('session.wrong_password');
    expect((await change(PASSWORD, 'farid@shop.example')).json<ProblemJson>().errors?.[0]?.field).toBe('new_password');
    expect((await change(PASSWORD, 'another four words instead')).json<{ data: object[] }>().data).toHaveLength(1);
    expect((await api.get('/v1/me', farid)).statusCode).toBe(200);
    expect((await api.get('/v1/me', elsewhere)).statusCode).toBe(401);
    await signIn(api, 'farid@shop.example', 'another four words instead');
    const old = await api.post('/v1/session', { email: 'farid@shop.example', password: PASSWORD });
    expect(codeOf(old)).toBe('session.refused');
  });

  it('whose sessions an administrator ends is out at once', async () => {
    const { signed: gita, person } = await invite(api, admin, { name: 'Gita', role: 'support' });
    const url = `/v1/people/${person.id}/sessions`;
    expect((await api.get(url, admin)).json<{ data: object[] }>().data).toHaveLength(1);
    expect((await api.send({ method: 'DELETE', url, headers: admin })).json()).toEqual({ ended: 1 });
    expect((await api.get('/v1/me', gita)).statusCode).toBe(401);
  });

  // What is done about somebody is in the table when it is answered, and in the log, whatever flood of refusals comes with
  // it: who floods cannot cover up what is done meanwhile.
  it('is reset on record, however many refusals come at the same moment', async () => {
    const { person } = await invite(api, admin, { name: 'Hema', role: 'read_only' });
    const before = api.log.length;
    for (let count = 0; count < 1_000; count += 1) {
      api.identity.securityLog.record({ event: 'access.forbidden', actor: 'person:Hema' });
    }
    const reset = await api.post(`/v1/people/${person.id}/reset`, { remove_second_factor: true }, admin);
    expect(reset.statusCode).toBe(200);
    const { rows } = await api.database.pool.query(
      "SELECT FROM security_events WHERE event = 'person.reset' AND detail = 'person:Hema'",
    );
    expect(rows).toHaveLength(1);
    expect(api.log.slice(before)).toContainEqual(
      expect.objectContaining({ security: expect.objectContaining({ event: 'person.reset' }) as unknown }),
    );
  });
});

describe('behind TLS', () => {
  const tls = useApi({ isTls: true });

  it('the cookie is bound to the very host, and another name is not taken', async () => {
    const { token } = await makeLink(tls.database.pool, { purpose: 'setup' });
    const person = { token, name: 'Asha', email: 'asha@shop.example', password: PASSWORD };
    await tls.post('/v1/one-time-link/setup', person);
    const answer = await tls.post('/v1/session', { email: 'asha@shop.example', password: PASSWORD });
    expect(answer.headers['set-cookie']).toMatch(/^__Host-roundtrip=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const signed = signedBy(answer);
    expect((await tls.get('/v1/me', signed)).statusCode).toBe(200);
    expect((await tls.get('/v1/me', { cookie: signed.cookie.replace('__Host-', '') })).statusCode).toBe(401);
  });
});
