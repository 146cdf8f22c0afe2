import type { IpAddress } from './ip-address.js';
import { isWithin, parseRanges } from './ip-range.js';

/** Ranges of IANA's special-purpose registry, multicast and reserved ranges. */
const NOT_PUBLIC_IPV4 = parseRanges(
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
);

/** No address outside this range is public: loopback, link-local, unique local, multicast and unassigned addresses. */
const GLOBAL_IPV6 = parseRanges('2000::/3');
/** Teredo and other protocol assignments, documentation, 6to4, and again documentation. */
const NOT_PUBLIC_IPV6 = parseRanges('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');

/** Loopback and private networks. */
const DEVELOPMENT = parseRanges('127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7');

/** The ranges that `MODE=development` opens, for the documentation. */
export const OPEN_IN_DEVELOPMENT: readonly string[] = DEVELOPMENT.map(({ text }) => text);

/** Whether an address is global unicast, so that it reaches the same machine from any network. */
export function isPublic(address: IpAddress): boolean {
  if (address.bits === 32) return !isWithin(address, NOT_PUBLIC_IPV4);
  return isWithin(address, GLOBAL_IPV6) && !isWithin(address, NOT_PUBLIC_IPV6);
}

export const isOpenInDevelopment = (address: IpAddress): boolean => isWithin(address, DEVELOPMENT);
