import { isIP } from 'node:net';

/** Whether an address to listen on, or that somebody comes from, is this machine's own and nobody else's. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const plain = bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare;
  if (isIP(plain) === 4) return plain.startsWith('127.');
  return plain === '::1' || plain === 'localhost' || plain.endsWith('.localhost');
}

/** What a request says of where it comes from, as its headers have it. */
export interface Provenance {
  readonly remoteAddress: string | undefined;
  readonly host: string | undefined;
  readonly forwardedFor: string | undefined;
  /** Of one client, as some proxies tell it in the place of the list. */
  readonly realIp: string | undefined;
  /** Forwarded or Via, which only a proxy sends. */
  readonly proxied: string | undefined;
}

/**
 * Why a request is not this machine's user's, although it reached a port that only this machine reaches; undefined: it
 * is. A proxy may have brought it from elsewhere, and a web page may have made a browser on this machine send it to a
 * name of its own that leads here (DNS rebinding). A proxy that says nothing of itself cannot be told from a program of
 * this machine: who runs one sets PUBLIC_URL, TRUSTED_PROXIES or OPEN_MODE=never.
 */
export function reasonNotLocal({ remoteAddress, host, forwardedFor, realIp, proxied }: Provenance): string | undefined {
  if (!isLoopback(remoteAddress ?? '')) return 'It comes from another machine.';
  if (!isLoopback(nameOf(host ?? ''))) return 'It is addressed to a name that is not this machine itself.';
  const hops = [forwardedFor, realIp].flatMap((each) => each?.split(',') ?? []).map((hop) => hop.trim());
  if (!hops.every(isLoopback)) return 'A proxy brought it from another machine.';
  return proxied === undefined ? undefined : 'A proxy brought it.';
}

/** A Host header without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '');
}
