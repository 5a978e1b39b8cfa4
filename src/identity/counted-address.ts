import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** Of eight: whoever has an IPv6 address at all has the whole /64 around it. */
const GROUPS_OF_A_NETWORK = 4;

/**
 * What an address is counted as: an IPv4 address as itself, also where IPv6 carries it, and an IPv6 address as its /64,
 * whose other addresses cost whoever has one nothing.
 */
export function countedAddress(address: string): string {
  const [bare = ''] = address.split('%', 1);
  if (!isIPv6(bare)) return address;
  const groups = groupsOf(bare);
  const [high = 0, low = 0] = groups.slice(-2);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  const network = groups.slice(0, GROUPS_OF_A_NETWORK).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

function groupsOf(address: string): number[] {
  // An address in a URL is in one form, without the dots of IPv4.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = numbersIn(before);
  const right = numbersIn(after ?? '');
  return [...left, ...Array.from({ length: GROUPS - left.length - right.length }, () => 0), ...right];
}

function numbersIn(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
