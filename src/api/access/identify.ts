import type { FastifyRequest } from 'fastify';
import type { Identity } from '../../identity/identity.ts';
import type { Verdict } from '../../identity/keys/key-ring.ts';
import { carriesSecret } from '../../identity/keys/key-secret.ts';
import { reasonNotLocal } from '../../identity/open-mode.ts';
import { LOCAL, type Principal } from '../../identity/principal.ts';
import { ProblemError } from '../problems/problem.ts';
import { refuseCrossSite } from './cross-site.ts';
import { sessionTokenOf } from './session-cookie.ts';

const BEARER = /^bearer +([\w.~+/=-]{1,4096})$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD']);
/** No page of another origin can send it: the browser would ask us first, and CORS is closed to whoever has a cookie. */
const CSRF_HEADER = 'x-csrf-protection';

/**
 * Who a request comes from.
 *
 * @throws ProblemError when it does not say so, or says what is not true
 * @throws DatabaseUnavailable, by the promise, when nobody can look
 */
export function identify(request: FastifyRequest, identity: Identity): Principal | Promise<Principal> {
  if (carriesSecret(request.url)) {
    throw new ProblemError(
      'auth.secret_in_url',
      'A secret belongs into the Authorization header. The one in this URL may have been seen: replace it.',
    );
  }
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const isOpen = identity.isOpen();
    const known = isOpen instanceof Promise ? isOpen.then((open) => unannounced(request, identity, open)) : undefined;
    return known ?? unannounced(request, identity, isOpen === true);
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ProblemError('auth.invalid', 'Authorization must be "Bearer", a space, and an API key.');
  }
  const verdict = identity.recognise(token);
  return verdict instanceof Promise ? verdict.then(principalOf) : principalOf(verdict);
}

function principalOf(verdict: Verdict): Principal {
  if ('principal' in verdict) return verdict.principal;
  throw new ProblemError('auth.invalid', verdict.fault);
}

/** What comes without a key: by a person's session, or from this machine's user while the door is open to them. */
function unannounced(request: FastifyRequest, identity: Identity, isOpen: boolean): Principal | Promise<Principal> {
  if (isOpen) return asLocal(request);
  const token = sessionTokenOf(request.headers.cookie, identity.isTls);
  if (token === undefined) {
    throw new ProblemError('auth.required', 'Send "Authorization: Bearer" and an API key, or sign in.');
  }
  if (!SAFE_METHODS.has(request.method)) refuseForged(request);
  const verdict = identity.recogniseSession(token);
  return verdict instanceof Promise ? verdict.then(principalOf) : principalOf(verdict);
}

/** A browser adds the cookie to whatever it is made to send. Two signs that a page of ours made it, each enough alone. */
function refuseForged(request: FastifyRequest): void {
  refuseCrossSite(request);
  if (request.headers[CSRF_HEADER] === '1') return;
  throw new ProblemError('auth.header_missing', 'Send "X-CSRF-Protection: 1" with whatever changes something.');
}

function asLocal(request: FastifyRequest): Principal {
  const { headers, socket, method } = request;
  const reason = reasonNotLocal({
    remoteAddress: socket.remoteAddress,
    host: headers.host,
    forwardedFor: textOf(headers['x-forwarded-for']),
    realIp: textOf(headers['x-real-ip']),
    proxied: headers.forwarded ?? headers.via,
  });
  if (reason !== undefined) {
    throw new ProblemError('auth.required', `${reason} Without an API key only this machine's user comes in.`);
  }
  if (!SAFE_METHODS.has(method)) refuseCrossSite(request);
  return LOCAL;
}

/** A header that may have come more than once. */
function textOf(header: string | string[] | undefined): string | undefined {
  return [header ?? []].flat().join(',') || undefined;
}
