import { beforeAll, describe, expect, it } from 'vitest';
import { useApi, type Answer } from '../../support/api.ts';
import { useOidcProvider, type Account } from '../../support/servers/oidc-provider.ts';
import { invite, setUp, type PersonJson, type Signed } from '../../support/people.ts';
import type { PageJson } from '../../support/shop/shop.ts';

const provider = useOidcProvider();
const api = useApi({ oidc: provider.settings });
let admin: Signed;
beforeAll(async () => {
  admin = await setUp(api);
  // While it is broken nothing is remembered of it, so that this is the first that is asked of it.
  provider.isBroken = true;
  expect((await api.get('/v1/session/oidc/start')).headers.location).toBe('/console/login#sign-in-unavailable');
  provider.isBroken = false;
});

const REFUSED = '/console/login#sign-in-refused';
const ASHA: Account = { sub: '1', email: 'Asha@Shop.example', email_verified: true, name: 'Asha R.' };

const setCookies = ({ headers }: Answer): string[] => [headers['set-cookie'] ?? []].flat();
const pairOf = (cookie = ''): string => cookie.split(';', 1)[0] ?? '';

/** Goes to the provider; answers with where that is, and the cookie that is kept meanwhile. */
async function start(): Promise<{ readonly url: string; readonly cookie: string }> {
  const answer = await api.get('/v1/session/oidc/start');
  expect(answer.statusCode).toBe(303);
  return { url: String(answer.headers.location), cookie: pairOf(setCookies(answer)[0]) };
}

const comeBack = (search: string, cookie: string) =>
  api.get(`/v1/session/oidc/callback${search}`, cookie === '' ? {} : { cookie });

async function signInAs(account: Account): Promise<Answer> {
  const { url, cookie } = await start();
  return comeBack(provider.authorise(url, account), cookie);
}

const sessionIn = (answer: Answer): string => {
  const cookie = setCookies(answer).find((each) => each.startsWith('roundtrip='));
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  return pairOf(cookie);
};

async function personBehind(answer: Answer): Promise<string> {
  expect(answer.headers.location).toBe('/console');
  const me = await api.get('/v1/me', { cookie: sessionIn(answer) });
  return me.json<{ actor: string }>().actor;
}

function expectRefused(answer: Answer): void {
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe(REFUSED);
  expect(setCookies(answer).filter((cookie) => cookie.startsWith('roundtrip='))).toEqual([]);
}

describe('signing in by the provider', () => {
  it('is told of to whoever has not signed in, so that there is a button', async () => {
    expect((await api.get('/v1/session/ways')).json()).toEqual({ provider: 'Example ID' });
  });

  it('goes there with PKCE, state and nonce, all new each time, and keeps them where no script reads them', async () => {
    const answer = await api.get('/v1/session/oidc/start');
    const asked = new URL(String(answer.headers.location)).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      client_id: 'roundtrip',
      response_type: 'code',
      redirect_uri: 'http://localhost/v1/session/oidc/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    const [cookie = ''] = setCookies(answer);
    expect(cookie).toMatch(/; Max-Age=600; Path=\/v1\/session\/oidc; HttpOnly; SameSite=Lax$/);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const value = asked.get(name) ?? '';
      expect(value.length, name).toBeGreaterThan(20);
      expect(cookie, name).not.toContain(value);
      expect(new URL((await start()).url).searchParams.get(name), name).not.toBe(value);
    }
  });

  it('lets in who is here, by the address that the provider has verified, whatever it calls them', async () => {
    expect(await personBehind(await signInAs(ASHA))).toBe('person:Asha Rao');
  });

  it('asks the provider for what its token leaves out', async () => {
    provider.tellsByUserInfo = true;
    expect(await personBehind(await signInAs(ASHA))).toBe('person:Asha Rao');
    expectRefused(await signInAs({ ...ASHA, email_verified: false }));
    provider.tellsByUserInfo = false;
  });

  it('takes in who is new and of an allowed domain, once, with the role of newcomers, and numbers namesakes', async () => {
    const newcomer = { sub: '7', email: 'ben@shop.example', email_verified: true, name: 'Asha\u202e Rao\n<b>' };
    expect(await personBehind(await signInAs(newcomer))).toBe('person:Asha Rao b');
    expect(await personBehind(await signInAs(newcomer))).toBe('person:Asha Rao b');
    const namesake = { sub: '8', email: 'other@shop.example', email_verified: true, name: 'Asha Rao' };
    expect(await personBehind(await signInAs(namesake))).toBe('person:Asha Rao 2');
    const people = (await api.get('/v1/people', admin)).json<PageJson<PersonJson>>().data;
    expect(people.find(({ email }) => email === 'ben@shop.example')).toMatchObject({ role: 'support' });
    await api.identity.securityLog.flush();
    const events = await api.get('/v1/security-events?event=person.taken_in', admin);
    expect(events.json<PageJson<{ detail: string }>>().data.map(({ detail }) => detail)).toEqual([
      'person:Asha Rao 2',
      'person:Asha Rao b',
    ]);
  });

  it.for([
    ['whose address nobody has verified', { ...ASHA, email_verified: false }],
    ['of whose address nothing is said', { sub: '2', name: 'Asha Rao' }],
    ['of whom it is not said whether', { sub: '2', email: 'asha@shop.example' }],
    ['of another domain', { sub: '3', email: 'eve@elsewhere.example', email_verified: true }],
    ['of a domain that ends like ours', { sub: '4', email: 'eve@evilshop.example', email_verified: true }],
    ['with two domains', { sub: '5', email: 'eve@elsewhere.example@shop.example', email_verified: true }],
  ] as const)('keeps out somebody %s', async ([_who, account]) => {
    expectRefused(await signInAs(account));
  });

  it('keeps out who is disabled', async () => {
    const { person } = await invite(api, admin, { name: 'Cara Leaving', role: 'finance' });
    const account = { sub: '9', email: person.email, email_verified: true };
    expect(await personBehind(await signInAs(account))).toBe('person:Cara Leaving');
    await api.send({ method: 'PATCH', url: `/v1/people/${person.id}`, payload: { disabled: true }, headers: admin });
    expectRefused(await signInAs(account));
  });
});

describe('coming back from the provider', () => {
  it('without what was kept, with what another has kept, or with what was tampered with, lets nobody in', async () => {
    const mine = await start();
    const others = await start();
    const search = () => provider.authorise(mine.url, ASHA);
    const [name = '', sealed = ''] = mine.cookie.split('=');
    for (const cookie of ['', others.cookie, `${name}=`, `${name}=${sealed.slice(0, -4)}AAAA`, `${name}=eyJ.eyJ.x`]) {
      expectRefused(await comeBack(search(), cookie));
    }
    expect(await personBehind(await comeBack(search(), mine.cookie))).toBe('person:Asha Rao');
  });

  it('with another state, a code of another, a code that was used, an error or nothing, lets nobody in', async () => {
    const mine = await start();
    const others = await start();
    const stolen = new URLSearchParams(provider.authorise(others.url, ASHA));
    stolen.set('state', new URL(mine.url).searchParams.get('state') ?? '');
    // The code is for whoever has the verifier of the other.
    expectRefused(await comeBack(`?${stolen.toString()}`, mine.cookie));
    expectRefused(
      await comeBack(provider.authorise(mine.url, ASHA).replace(/state=[^&]+/, 'state=forged'), mine.cookie),
    );
    const next = await start();
    const once = provider.authorise(next.url, ASHA);
    expect(await personBehind(await comeBack(once, next.cookie))).toBe('person:Asha Rao');
    expectRefused(await comeBack(once, next.cookie));
    expectRefused(await comeBack('?error=access_denied', mine.cookie));
    expectRefused(await comeBack('', mine.cookie));
  });

  it.for([
    ['another nonce', { nonce: 'forged' }, true],
    ['another audience', { aud: 'somebody else' }, true],
    ['another issuer', { iss: 'https://elsewhere.example' }, true],
    ['its end past', { exp: 1_000 }, true],
    ['a signature of another', {}, false],
  ] as const)('with an ID token of %s, lets nobody in', async ([_what, claims, withOwnKey]) => {
    const { url, cookie } = await start();
    const search = provider.authorise(url, ASHA);
    provider.forge(claims, withOwnKey);
    expectRefused(await comeBack(search, cookie));
  });

  it('while the provider is away lets nobody in, and says nothing of what was sent', async () => {
    const { url, cookie } = await start();
    const search = provider.authorise(url, ASHA);
    provider.isBroken = true;
    expectRefused(await comeBack(search, cookie));
    provider.isBroken = false;
    const code = new URLSearchParams(search).get('code') ?? '';
    expect(JSON.stringify(api.log)).not.toContain(code);
  });

  it('asks the provider once for each state, however often somebody comes back with it', async () => {
    const { url, cookie } = await start();
    const asked = provider.asked;
    const searches = Array.from({ length: 5 }, () => provider.authorise(url, ASHA).replace(/code=[^&]+/, 'code=guess'));
    for (const answer of await Promise.all(searches.map((search) => comeBack(search, cookie)))) expectRefused(answer);
    expect(provider.asked).toBe(asked + 1);
  });

  it('has an address that does so again and again wait, before the provider is asked', async () => {
    const asked = provider.asked;
    const statuses: number[] = [];
    for (let times = 0; times < 70; times += 1) {
      const { url, cookie } = await start();
      const answer = await api.send({
        method: 'GET',
        url: `/v1/session/oidc/callback${provider.authorise(url, ASHA).replace(/code=[^&]+/, 'code=guess')}`,
        headers: { cookie },
        remoteAddress: '198.51.100.7',
      });
      statuses.push(answer.statusCode);
      if (answer.statusCode === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(statuses).toContain(429);
    expect(provider.asked - asked).toBe(statuses.filter((status) => status !== 429).length);
  });
});
