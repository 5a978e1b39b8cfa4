/** Bound to this very host and to TLS by its prefix, where browsers come by TLS. */
const NAMES = { tls: '__Host-roundtrip', plain: 'roundtrip' } as const;

const nameOf = (isTls: boolean) => (isTls ? NAMES.tls : NAMES.plain);

/** The token in a Cookie header; undefined: there is none. */
export function sessionTokenOf(header: string | undefined, isTls: boolean): string | undefined {
  return cookieOf(header, nameOf(isTls));
}

/**
 * No script reads it, and no page of another site has it sent, not even by a link: the page itself needs no cookie, and
 * what it asks for then is asked for by a page of ours.
 */
export function sessionCookie({ token, expiresAt }: { token: string; expiresAt: Date }, isTls: boolean): string {
  return [`${nameOf(isTls)}=${token}`, `Expires=${expiresAt.toUTCString()}`, ...attributes(isTls)].join('; ');
}

/** Takes the cookie out of the browser. */
export function endedSessionCookie(isTls: boolean): string {
  return [`${nameOf(isTls)}=`, 'Max-Age=0', ...attributes(isTls)].join('; ');
}

function attributes(isTls: boolean): string[] {
  return ['Path=/', 'HttpOnly', 'SameSite=Strict', ...(isTls ? ['Secure'] : [])];
}

/** What is kept while somebody is with a provider is sent to its own path, and along with the way back from there. */
const KEPT_NAMES = { tls: '__Secure-roundtrip-oidc', plain: 'roundtrip-oidc' } as const;
const KEPT_PATH = '/v1/session/oidc';

export function keptSignInOf(header: string | undefined, isTls: boolean): string | undefined {
  return cookieOf(header, keptNameOf(isTls));
}

export function keptCookie(sealed: string, maxAgeSeconds: number, isTls: boolean): string {
  return [`${keptNameOf(isTls)}=${sealed}`, `Max-Age=${maxAgeSeconds}`, ...keptAttributes(isTls)].join('; ');
}

export function endedKeptCookie(isTls: boolean): string {
  return [`${keptNameOf(isTls)}=`, 'Max-Age=0', ...keptAttributes(isTls)].join('; ');
}

function keptNameOf(isTls: boolean): string {
  return isTls ? KEPT_NAMES.tls : KEPT_NAMES.plain;
}

function keptAttributes(isTls: boolean): string[] {
  return [`Path=${KEPT_PATH}`, 'HttpOnly', 'SameSite=Lax', ...(isTls ? ['Secure'] : [])];
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const start = `${name}=`;
  return header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(start))
    ?.slice(start.length);
}
