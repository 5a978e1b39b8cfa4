import { isIP, type BlockList } from 'node:net';
import { networksOf } from '../platform/networks.ts';

/**
 * Not for the public: this machine, private and shared networks, link-local (where clouds keep their metadata), what is
 * set apart for documentation and tests, multicast. IANA's registry of special-purpose IPv4 addresses.
 */
const INSIDE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Of IPv6 only global unicast is public, */
const OUTSIDE_IPV6 = ['2000::/3'];
/** and of that not what is special, or leads to an IPv4 address by a tunnel (Teredo and its like, 6to4). */
const INSIDE_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const insideIpv4 = networksOf(INSIDE_IPV4);
const outsideIpv6 = networksOf(OUTSIDE_IPV6);
const insideIpv6 = networksOf(INSIDE_IPV6);

/** Names that never mean a machine of somebody else's (RFC 6761, RFC 6762, RFC 8375, and by custom). */
const INSIDE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa|localdomain)\.?$/;

/** Where webhooks may go. What the configuration allows goes before what is refused. */
export class AddressPolicy {
  readonly #allowed: BlockList;
  readonly #allowsAny: boolean;

  /** @param allowed networks such as `127.0.0.0/8`, for development: these may be inside, and spoken to by plain HTTP */
  constructor(allowed: readonly string[]) {
    this.#allowed = networksOf(allowed);
    this.#allowsAny = allowed.length > 0;
  }

  isAllowedInside(address: string): boolean {
    return isIn(this.#allowed, address);
  }

  /** Whether a webhook may be sent to this address. */
  permits(address: string): boolean {
    return this.isAllowedInside(address) || isPublic(address);
  }

  /**
   * What is wrong with an endpoint's URL by itself; undefined when nothing is. Where its name leads is seen each time
   * that something is sent.
   */
  faultOf(text: string): string | undefined {
    if (!URL.canParse(text)) return 'must be a URL';
    const url = new URL(text);
    const plain = url.protocol === 'http:';
    if (!plain && url.protocol !== 'https:') return 'must begin with https://';
    if (plain && !this.#allowsAny) return 'must begin with https://';
    if (url.username || url.password) return 'must not hold a user or a password';
    if (url.hash) return 'must not hold a fragment';
    const host = hostOf(url);
    const inside = isIP(host) === 0 ? INSIDE_NAMES.test(host) && !this.#allowsAny : !this.permits(host);
    return inside ? 'must not lead inside: to a private, local or otherwise special address' : undefined;
  }
}

/** The host as it is looked up: an IPv6 address without its brackets. The URL has written out `0x7f.1` and its like. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** `::ffff:127.0.0.1` and whatever else is outside global unicast is not public, whatever it leads to. */
function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !isIn(insideIpv4, address);
    case 6:
      return !address.includes('%') && isIn(outsideIpv6, address) && !isIn(insideIpv6, address);
    default:
      return false;
  }
}

function isIn(networks: BlockList, address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  // BlockList takes an IPv4-mapped address for the IPv4 address in it; written as IPv6 it is refused, so it is not.
  if (family === 6 && /^::ffff:/i.test(address)) return false;
  return networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
