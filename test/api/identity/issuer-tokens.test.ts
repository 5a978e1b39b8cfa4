import { randomBytes } from 'node:crypto';
import { exportPKCS8, generateKeyPair, importJWK, exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MONEY_POLICY } from '../../../src/domain/money/money-policy.ts';
import { useApi } from '../../support/api.ts';
import { bearer } from '../../support/keys.ts';
import { PASSWORD, signIn, tokenIn } from '../../support/people.ts';
import { newOrder, type OrderJson, type PageJson, type ProblemJson } from '../../support/shop/shop.ts';
import { AUDIENCE, ISSUED_ROLES, useTokenIssuer } from '../../support/servers/token-issuer.ts';

const issuer = useTokenIssuer();
const api = useApi({ tokenIssuer: issuer.settings });
/** Shows its people by a name that they choose, where much money takes two of them. */
const strict = useApi({
  tokenIssuer: () => ({ ...issuer.settings(), actorClaim: 'preferred_username' }),
  moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 100 },
});

const now = () => Math.floor(Date.now() / 1_000);
const as = (role: keyof typeof ISSUED_ROLES) => ({ realm_access: { roles: ['unknown here', ISSUED_ROLES[role]] } });
const asked = async (token: string) => api.get('/v1/me', bearer(token));

describe('a second person', () => {
  it('is none who has given themselves another name at the issuer', async () => {
    const signed = async (sub: string, name: string) =>
      bearer(await issuer.sign({ sub, preferred_username: name, ...as('admin') }));
    const order = (await strict.post('/v1/orders', newOrder(), await signed('1', 'asha'))).json<OrderJson>();
    for (const event of ['pay', 'process']) {
      await strict.post(`/v1/orders/${order.id}/${event}`, {}, await signed('1', 'asha'));
    }
    const asked = await strict.post(
      `/v1/orders/${order.id}/refunds`,
      { amount_minor: 200, reason: 'A dent' },
      await signed('1', 'asha'),
    );
    const [refund] = asked.json<{ data: { id: number; state: string; requested_by: string }[] }>().data;
    expect(refund).toMatchObject({ state: 'AWAITING_APPROVAL', requested_by: 'token:test-issuer/asha' });
    const approve = async (sub: string, name: string) =>
      strict.post(`/v1/refunds/${refund?.id}/approve`, {}, await signed(sub, name));
    expect((await approve('1', 'renamed')).json<ProblemJson>().code).toBe('refund.same_person');
    const approved = await approve('2', 'bela');
    expect(approved.statusCode, approved.body).toBe(200);
  });

  // Somebody who has an account here and comes by a token as well is one person, whichever way they ask and approve: by
  // an address that the issuer has verified. One that it has not could be anybody's, and is nobody's here.
  it.for([
    ['asks by the token and approves by the account', 'token'],
    ['asks by the account and approves by the token', 'session'],
  ] as const)('is none who %s', async ([_what, first]) => {
    const signed = async (claims: object) => bearer(await issuer.sign({ preferred_username: 'x', ...claims }));
    const admin = await signed({ sub: 'admin', ...as('admin') });
    const email = `${first}@shop.example`;
    const invited = await strict.post('/v1/people', { name: `Asha ${first}`, email, role: 'finance' }, admin);
    const { link } = invited.json<{ link: string }>();
    await strict.post('/v1/one-time-link/password', { token: tokenIn(link), password: PASSWORD });
    const ways = {
      session: await signIn(strict, email),
      token: await signed({ sub: 'asha', email: email.toUpperCase(), email_verified: true, ...as('finance') }),
      unverified: await signed({ sub: 'y', preferred_username: 'y', email, email_verified: false, ...as('finance') }),
    };
    const order = (await strict.post('/v1/orders', newOrder(), admin)).json<OrderJson>();
    await strict.post(`/v1/orders/${order.id}/pay`, {}, admin);
    const wanted = { amount_minor: 200, reason: 'A dent' };
    const asked = await strict.post(`/v1/orders/${order.id}/refunds`, wanted, ways[first]);
    const [refund] = asked.json<{ data: { id: number }[] }>().data;
    const approve = (by: Record<string, string>) => strict.post(`/v1/refunds/${refund?.id}/approve`, {}, by);
    for (const by of [ways.session, ways.token]) {
      expect((await approve(by)).json<ProblemJson>().code).toBe('refund.same_person');
    }
    expect((await approve(ways.unverified)).statusCode).toBe(200);
  });
});

describe('a token of the issuer', () => {
  it.for(['admin', 'support', 'warehouse', 'finance', 'read_only'] as const)('lets in as %s', async (role) => {
    const me = await asked(await issuer.sign({ sub: `one of ${role}`.replaceAll(' ', '-'), ...as(role) }));
    expect(me.statusCode).toBe(200);
    expect(me.json()).toMatchObject({ kind: 'token', role, actor: `token:test-issuer/one-of-${role}` });
  });

  it('puts on record who it is for', async () => {
    const token = await issuer.sign({ sub: 'asha@shop.example', ...as('support') });
    const placed = await api.post('/v1/orders', newOrder(), bearer(token));
    const record = await api.get(`/v1/orders/${placed.json<OrderJson>().id}/transitions`, bearer(token));
    expect(record.json<PageJson<{ actor: string }>>().data).toMatchObject([
      { actor: 'token:test-issuer/asha@shop.example' },
    ]);
  });

  it.for(['a'.repeat(101), 'line\nbreak', 'token:test-issuer/other', '{"json":1}', 'á', 'with space'])(
    'is told apart by a digest where its subject is not fit for the record: %j',
    async (sub) => {
      const { actor } = (await asked(await issuer.sign({ sub }))).json<{ actor: string }>();
      expect(actor).toMatch(/^token:test-issuer\/sha256:[0-9a-f]{32}$/);
      const other = await asked(await issuer.sign({ sub: `${sub}x` }));
      expect(other.json<{ actor: string }>().actor).not.toBe(actor);
    },
  );

  it('has idempotency keys of its own, which a new token of the same subject finds again', async () => {
    const place = async (sub: string) =>
      api.post('/v1/orders', newOrder(), {
        ...bearer(await issuer.sign({ sub, jti: randomBytes(4).toString('hex'), ...as('support') })),
        'idempotency-key': 'the same',
      });
    const [first, again, others] = [await place('asha'), await place('asha'), await place('ben')];
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toBe(first.body);
    expect(others.headers['idempotency-replayed']).toBeUndefined();
    expect(others.json<OrderJson>().id).not.toBe(first.json<OrderJson>().id);
  });

  it('may be late by as much as clocks may be off, and no later', async () => {
    expect((await asked(await issuer.sign({ exp: now() - 5 }))).statusCode).toBe(200);
    const expired = await asked(await issuer.sign({ exp: now() - 15 }));
    expect(expired.statusCode).toBe(401);
    expect(expired.json<ProblemJson>().detail).toBe('The token has expired.');
  });

  it.for([
    ['for somebody else', { aud: 'another service' }],
    ['without an audience', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['not yet begun', { nbf: Math.floor(Date.now() / 1_000) + 3_600 }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['without a role', { realm_access: {} }],
    ['with a role that nobody has mapped', { realm_access: { roles: ['root'] } }],
    ['with a role that is no text', { realm_access: { roles: [{ toString: 'shop-admins' }] } }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
  ] as const)('%s lets nobody in', async ([_what, claims]) => {
    const answer = await asked(await issuer.sign(claims));
    expect(answer.statusCode).toBe(401);
    expect(answer.json<ProblemJson>().code).toBe('auth.invalid');
  });

  it('forged in any way that is known lets nobody in', async () => {
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'mallory', exp: now() + 60, ...as('admin') };
    const [header = '', , signature = ''] = (await issuer.sign()).split('.');
    const encoded = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const mine = await generateKeyPair('ES256', { extractable: true });
    const publicKey = await importJWK(issuer.publicKey, 'ES256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new TypeError('the key of the issuer is not a pair');
    const spki = await exportSPKI(publicKey);
    const signedBy = (secret: string, alg: string) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'first' }).sign(Buffer.from(secret));
    const forged = [
      `${header}.${encoded}.${signature}`,
      `${header}.${encoded}.`,
      new UnsecuredJWT(claims).encode(),
      // By what everybody may know, taken for a shared secret.
      await signedBy(spki, 'HS256'),
      await signedBy(JSON.stringify(issuer.publicKey), 'HS256'),
      await signedBy(await exportPKCS8(mine.privateKey), 'HS512'),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'first' }).sign(mine.privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'unknown' }).sign(mine.privateKey),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'first', jku: `${issuer.url}/mine`, jwk: issuer.publicKey })
        .sign(mine.privateKey),
    ];
    for (const token of forged) expect((await asked(token)).statusCode, token).toBe(401);
  });

  it('over its size is not even looked at', async () => {
    const answer = await asked(await issuer.sign({ padding: 'x'.repeat(4_000) }));
    expect(answer.statusCode).toBe(401);
    expect(answer.json<ProblemJson>().detail).toContain('Authorization must be');
  });

  it('is not had in a URL', async () => {
    const token = await issuer.sign();
    const answer = await api.get(`/v1/me?token=${token}`, bearer(token));
    expect(answer.json<ProblemJson>().code).toBe('auth.secret_in_url');
  });
});

it("closes the door to this machine's user, though there is no key", async () => {
  expect((await api.get('/v1/orders')).json<ProblemJson>().code).toBe('auth.required');
  expect(await api.identity.isUnclaimed()).toBe(false);
});

it('goes on while its issuer is away', async () => {
  const token = await issuer.sign();
  await issuer.close();
  expect((await asked(token)).statusCode).toBe(200);
});
