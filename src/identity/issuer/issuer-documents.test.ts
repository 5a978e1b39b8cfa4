import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fetchIssuerKeys } from './issuer-documents.ts';

const KEYS = { keys: [{ kty: 'EC', crv: 'P-256', kid: 'a', x: 'x', y: 'y' }] };
const DISCOVERY = '/.well-known/openid-configuration';

let server: Server;
let url: string;
let answers: Map<string, { readonly status?: number; readonly body: string; readonly location?: string }>;
beforeAll(async () => {
  server = createServer((request, answer) => {
    const { status = 200, body = '', location } = answers.get(request.url ?? '') ?? { status: 404 };
    answer.writeHead(status, location === undefined ? {} : { location }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answers = new Map([
    [DISCOVERY, { body: JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }) }],
    ['/keys', { body: JSON.stringify(KEYS) }],
  ]);
});

it('reads the keys by discovery, or from where it is told', async () => {
  expect((await fetchIssuerKeys(url, undefined)).jwks()).toEqual(KEYS);
  answers.delete(DISCOVERY);
  expect((await fetchIssuerKeys(url, `${url}/keys`)).jwks()).toEqual(KEYS);
});

it.for([
  ['of another issuer', () => ({ issuer: 'https://elsewhere.example', jwks_uri: `${url}/keys` }), 'another issuer'],
  ['without an address', () => ({ issuer: url }), 'no jwks_uri'],
  ['that is a list', () => [], 'another issuer'],
] as const)('does not believe a discovery document %s', async ([_what, document, reason]) => {
  answers.set(DISCOVERY, { body: JSON.stringify(document()) });
  await expect(fetchIssuerKeys(url, undefined)).rejects.toThrow(reason);
});

it.for([
  ['an error', { status: 500, body: JSON.stringify(KEYS) }],
  ['a redirect', { status: 302, location: '/elsewhere', body: '' }],
  ['no JSON', { body: '<html>' }],
  ['no set of keys', { body: '{"keys":"none"}' }],
  ['more than anybody has keys', { body: JSON.stringify({ ...KEYS, padding: 'x'.repeat(300_000) }) }],
] as const)('does not take %s for keys', async ([_what, answer]) => {
  answers.set('/elsewhere', { body: JSON.stringify(KEYS) });
  answers.set('/keys', answer);
  await expect(fetchIssuerKeys(url, undefined)).rejects.toThrow();
});
