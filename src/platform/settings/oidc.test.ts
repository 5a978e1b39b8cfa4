import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { OIDC_SETTINGS } from './oidc.ts';

const environment = {
  OIDC_ISSUER: 'https://login.shop.example',
  OIDC_CLIENT_ID: 'roundtrip',
  OIDC_CLIENT_SECRET: 'hush',
  OIDC_NAME: 'Shop ID',
  OIDC_ALLOWED_DOMAINS: 'Shop.example, shop.test',
  OIDC_DEFAULT_ROLE: 'support',
};
const PUBLIC_URL = 'https://orders.shop.example/';
const needed = { OIDC_ISSUER: 'https://a.example', OIDC_CLIENT_ID: 'b', PUBLIC_URL };

describe('the settings of a provider', () => {
  test('are all read from the environment', () => {
    expect(Object.keys(environment).toSorted()).toEqual(Object.keys(OIDC_SETTINGS).toSorted());
    expect(readConfig({ ...environment, PUBLIC_URL }).oidc).toEqual({
      issuer: 'https://login.shop.example',
      clientId: 'roundtrip',
      clientSecret: 'hush',
      name: 'Shop ID',
      redirectUrl: 'https://orders.shop.example/v1/session/oidc/callback',
      newcomers: { domains: ['shop.example', 'shop.test'], role: 'support' },
    });
  });

  test('are none without an issuer; without a domain nobody is taken in', () => {
    expect(readConfig({ OIDC_CLIENT_ID: 'alone' }).oidc).toBeUndefined();
    expect(readConfig(needed).oidc).toMatchObject({ clientSecret: undefined, newcomers: undefined });
  });

  test.each([
    [{ ...needed, OIDC_ISSUER: 'http://a.example' }, 'OIDC_ISSUER must be an https:// address'],
    [{ ...needed, OIDC_ISSUER: 'a' }, 'OIDC_ISSUER must be an https:// address'],
    [{ ...needed, OIDC_CLIENT_ID: '' }, 'OIDC_CLIENT_ID must be set'],
    [{ ...needed, PUBLIC_URL: '' }, 'PUBLIC_URL must be set'],
    [{ ...needed, OIDC_DEFAULT_ROLE: 'shop' }, 'OIDC_DEFAULT_ROLE must be of admin'],
  ])('%j is refused by name', (wrong, fault) => {
    expect(() => readConfig(wrong)).toThrow(fault);
  });
});
