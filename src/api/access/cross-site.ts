import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '../problems/problem.ts';

/**
 * Whether a browser was made to send this by a page of another site. It matters where a request is known by what the
 * browser adds by itself, or by where it comes from: a key, no other site has. Programs send neither header.
 */
function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

/** @throws ProblemError when it is */
export function refuseCrossSite({ headers }: { readonly headers: IncomingHttpHeaders }): void {
  if (isCrossSite(headers)) {
    throw new ProblemError('auth.cross_site', 'A page of another site made the browser send this.');
  }
}
