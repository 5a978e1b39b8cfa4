import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterAll, beforeAll } from 'vitest';
import type { OidcSettings } from '../../../src/platform/settings/oidc.ts';

const CLIENT_ID = 'roundtrip';
const CLIENT_SECRET = 'secret-of-the-test';

/** Somebody who signs in at the provider, as it tells of them. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

export interface TestProvider {
  readonly settings: () => OidcSettings;
  /** Has somebody sign in, who was sent here; answers with the query that they go back with. */
  authorise(sentTo: string, account: Account): string;
  /** Changes what the next ID token says, or who signs it. */
  forge(claims: object, withOwnKey?: boolean): void;
  /** Whether what is known of somebody is told by the userinfo endpoint instead of the ID token. */
  tellsByUserInfo: boolean;
  /** How often it was asked for tokens. */
  asked: number;
  /** While true it answers nothing but errors. */
  isBroken: boolean;
}

interface Grant {
  readonly challenge: string;
  readonly nonce: string;
  readonly account: Account;
}

/** Called at the top of a test file, before the app: an OpenID provider by the book, with PKCE and a secret. */
export function useOidcProvider(): TestProvider {
  const grants = new Map<string, Grant>();
  const accountOfToken = new Map<string, Account>();
  let server: Server | undefined;
  let url = '';
  let own: { privateKey: CryptoKey; jwk: JWK } | undefined;
  let foreignKey: CryptoKey | undefined;
  let forged: { readonly claims: object; readonly withOwnKey: boolean } = { claims: {}, withOwnKey: true };

  async function tokensFor(form: URLSearchParams): Promise<object | undefined> {
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    // Good once.
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isKnown = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
    if (!grant || !own || !foreignKey || !isKnown || grant.challenge !== challenge) return undefined;
    const { sub, ...told } = grant.account;
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: url, aud: CLIENT_ID, sub, nonce: grant.nonce, iat: now, exp: now + 60 };
    const { claims: others, withOwnKey } = forged;
    forged = { claims: {}, withOwnKey: true };
    const idToken = await new SignJWT({ ...claims, ...(provider.tellsByUserInfo ? {} : told), ...others })
      .setProtectedHeader({ alg: 'ES256', kid: 'own' })
      .sign(withOwnKey ? own.privateKey : foreignKey);
    const accessToken = randomBytes(16).toString('hex');
    accountOfToken.set(accessToken, grant.account);
    return { access_token: accessToken, token_type: 'Bearer', expires_in: 60, id_token: idToken };
  }

  async function answerTo(request: IncomingMessage): Promise<object | undefined> {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return {
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          userinfo_endpoint: `${url}/userinfo`,
          jwks_uri: `${url}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
          code_challenge_methods_supported: ['S256'],
        };
      case '/keys':
        return { keys: [own?.jwk] };
      case '/userinfo':
        return accountOfToken.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
      case '/token': {
        provider.asked += 1;
        let body = '';
        for await (const chunk of request) body += String(chunk);
        return tokensFor(new URLSearchParams(body));
      }
      default:
        return undefined;
    }
  }

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    own = {
      privateKey: pair.privateKey,
      jwk: { ...(await exportJWK(pair.publicKey)), kid: 'own', alg: 'ES256', use: 'sig' },
    };
    foreignKey = (await generateKeyPair('ES256')).privateKey;
    server = createServer((request, response) => {
      void answerTo(request).then((answer) => {
        const status = provider.isBroken ? 500 : answer ? 200 : 400;
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 200 ? answer : { error: 'invalid_grant' }));
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const provider: TestProvider = {
    settings: () => ({
      issuer: url,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      name: 'Example ID',
      redirectUrl: 'http://localhost/v1/session/oidc/callback',
      newcomers: { domains: ['shop.example'], role: 'support' },
    }),
    authorise: (sentTo, account) => {
      const asked = new URL(sentTo).searchParams;
      const code = randomBytes(16).toString('hex');
      grants.set(code, {
        challenge: asked.get('code_challenge') ?? '',
        nonce: asked.get('nonce') ?? '',
        account,
      });
      return `?${new URLSearchParams({ code, state: asked.get('state') ?? '', iss: url }).toString()}`;
    },
    forge: (claims, withOwnKey = true) => {
      forged = { claims, withOwnKey };
    },
    tellsByUserInfo: false,
    asked: 0,
    isBroken: false,
  };
  return provider;
}
