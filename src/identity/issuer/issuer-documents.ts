import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { readBounded } from '../../platform/http/bounded-body.ts';

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/**
 * Reads an issuer's public keys, by way of its discovery document where their address is not known.
 *
 * @throws Error saying what is wrong with what it answered
 */
export async function fetchIssuerKeys(issuer: string, jwksUrl: string | undefined): Promise<LocalJWKSet> {
  const keys = await fetchJson(jwksUrl ?? (await discoverJwksUrl(issuer)));
  if (!isKeySet(keys)) throw new Error('the issuer answers with what is no set of keys');
  return createLocalJWKSet(keys);
}

async function discoverJwksUrl(issuer: string): Promise<string> {
  const found = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!isObject(found) || found['issuer'] !== issuer) throw new Error('the discovery document is of another issuer');
  const url = found['jwks_uri'];
  if (typeof url !== 'string' || !URL.canParse(url)) throw new Error('the discovery document names no jwks_uri');
  // What was asked for by TLS must not lead to what is not.
  if (new URL(issuer).protocol === 'https:' && new URL(url).protocol !== 'https:') {
    throw new Error('the discovery document names a jwks_uri without TLS');
  }
  return url;
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`);
  const body = await readBounded(response, MOST_BYTES);
  if (body === undefined) throw new Error(`${new URL(url).pathname} is over ${MOST_BYTES} bytes`);
  return JSON.parse(body);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return isObject(value) && Array.isArray(value['keys']) && value['keys'].every(isObject);
}
