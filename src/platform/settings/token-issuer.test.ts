import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { TOKEN_ISSUER_SETTINGS } from './token-issuer.ts';

const environment = {
  JWT_ISSUER: 'https://login.shop.example/realms/shop',
  JWT_NAME: 'keycloak',
  JWT_AUDIENCE: 'roundtrip',
  JWT_JWKS_URL: 'https://login.shop.example/keys',
  JWT_ALGORITHMS: 'ES256, EdDSA',
  JWT_ROLE_CLAIM: 'realm_access.roles',
  JWT_ROLES: 'shop-admins=admin, packers = warehouse',
  JWT_ACTOR_CLAIM: 'preferred_username',
  JWT_CLOCK_SKEW_SECONDS: '5',
};
const needed = { JWT_ISSUER: 'https://a.example', JWT_AUDIENCE: 'b', JWT_ROLES: 'c=admin' };

describe('the settings of an outside issuer', () => {
  test('are all read from the environment', () => {
    expect(Object.keys(environment).toSorted()).toEqual(Object.keys(TOKEN_ISSUER_SETTINGS).toSorted());
    expect(readConfig(environment).tokenIssuer).toEqual({
      issuer: 'https://login.shop.example/realms/shop',
      name: 'keycloak',
      audience: 'roundtrip',
      jwksUrl: 'https://login.shop.example/keys',
      algorithms: ['ES256', 'EdDSA'],
      roleClaim: 'realm_access.roles',
      roles: [
        ['shop-admins', 'admin'],
        ['packers', 'warehouse'],
      ],
      actorClaim: 'preferred_username',
      clockSkewSeconds: 5,
    });
  });

  test('are none without an issuer, and name it by its host where it has no name', () => {
    expect(readConfig({ JWT_AUDIENCE: 'alone' }).tokenIssuer).toBeUndefined();
    expect(readConfig(needed).tokenIssuer?.name).toBe('a.example');
    expect(readConfig({ ...needed, JWT_ISSUER: 'http://127.0.0.1:8080' }).tokenIssuer?.name).toBe('127.0.0.1');
  });

  test.each([
    [{ JWT_ALGORITHMS: 'none' }, 'JWT_ALGORITHMS must be of RS256'],
    [{ JWT_ALGORITHMS: 'ES256,HS256' }, 'not "HS256"'],
    [{ JWT_CLOCK_SKEW_SECONDS: '301' }, 'JWT_CLOCK_SKEW_SECONDS must be a whole number from 0 to 300'],
    [{ ...needed, JWT_ISSUER: 'http://a.example' }, 'JWT_ISSUER must be an https:// address'],
    [{ ...needed, JWT_ISSUER: 'roundtrip' }, 'JWT_ISSUER must be an https:// address'],
    [{ ...needed, JWT_JWKS_URL: 'http://a.example' }, 'JWT_JWKS_URL must be an https:// address'],
    [{ ...needed, JWT_NAME: 'a/b' }, 'JWT_NAME must be letters'],
    [{ ...needed, JWT_AUDIENCE: '' }, 'JWT_AUDIENCE must be set'],
    [{ ...needed, JWT_ROLES: '' }, 'JWT_ROLES must be set'],
    [{ ...needed, JWT_ROLES: 'a=root' }, 'JWT_ROLES must be pairs'],
    [{ ...needed, JWT_ROLES: 'a=customer' }, 'JWT_ROLES must be pairs'],
    [{ ...needed, JWT_ROLES: 'a=admin=b' }, 'JWT_ROLES must be pairs'],
    [{ ...needed, JWT_ROLES: '=admin' }, 'JWT_ROLES must be pairs'],
  ])('%j is refused by name', (wrong, fault) => {
    expect(() => readConfig(wrong)).toThrow(fault);
  });
});
