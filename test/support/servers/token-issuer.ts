import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { afterAll, beforeAll } from 'vitest';
import type { TokenIssuerSettings } from '../../../src/platform/settings/token-issuer.ts';

export const AUDIENCE = 'roundtrip-test';
const KEY_ID = 'first';

export interface TestIssuer {
  readonly url: string;
  readonly publicKey: JWK;
  readonly settings: () => TokenIssuerSettings;
  /** A token for staff, good for a minute, of these claims besides. */
  sign(claims?: JWTPayload): Promise<string>;
  /** Nobody is at its address any more. */
  close(): Promise<void>;
}

/** Called at the top of a test file, before the app: an issuer of tokens that says by discovery where its keys are. */
export function useTokenIssuer(): TestIssuer {
  let server: Server | undefined;
  let url = '';
  let privateKey: CryptoKey | undefined;
  let publicKey: JWK = {};
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    privateKey = pair.privateKey;
    publicKey = { ...(await exportJWK(pair.publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' };
    const documents: Readonly<Record<string, () => object>> = {
      '/.well-known/openid-configuration': () => ({ issuer: url, jwks_uri: `${url}/keys` }),
      '/keys': () => ({ keys: [publicKey] }),
    };
    server = createServer((request, answer) => {
      const document = documents[request.url ?? ''];
      answer.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(document?.() ?? {}));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  const close = async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  };
  afterAll(close);
  return {
    get url() {
      return url;
    },
    get publicKey() {
      return publicKey;
    },
    close,
    settings: () => ({
      issuer: url,
      name: 'test-issuer',
      audience: AUDIENCE,
      jwksUrl: undefined,
      algorithms: ['RS256', 'ES256'],
      roleClaim: 'realm_access.roles',
      roles: [
        ['shop-admins', 'admin'],
        ['support', 'support'],
        ['packers', 'warehouse'],
        ['books', 'finance'],
        ['guests', 'read_only'],
      ],
      actorClaim: 'sub',
      clockSkewSeconds: 10,
    }),
    sign: (claims = {}) => {
      if (!privateKey) throw new Error('the issuer begins in beforeAll, and is not there before');
      const now = Math.floor(Date.now() / 1_000);
      const usual = {
        iss: url,
        aud: AUDIENCE,
        sub: 'asha',
        iat: now,
        exp: now + 60,
        realm_access: { roles: ['guests'] },
      };
      return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid: KEY_ID }).sign(privateKey);
    },
  };
}

/** Which of its values the issuer gives to staff of a role. */
export const ISSUED_ROLES = {
  admin: 'shop-admins',
  support: 'support',
  warehouse: 'packers',
  finance: 'books',
  read_only: 'guests',
} as const;
