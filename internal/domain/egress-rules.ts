import { parseIpAddress } from './ip-address.js';
import { type IpRange, isWithin } from './ip-range.js';
import type { PortRange } from './port-range.js';
import { isOpenInDevelopment, isPublic } from './public-address.js';

export interface EgressSettings {
  /** Private networks are open too. */
  readonly development: boolean;
  /** `EGRESS_ALLOW_CIDRS`: open whatever else is said. */
  readonly allowRanges: readonly IpRange[];
  /** `EGRESS_ALLOW_PORTS`; none: every port. */
  readonly allowPorts: readonly PortRange[];
  readonly httpsOnly: boolean;
}

/** Where a connection shall go. */
export interface Destination {
  readonly protocol: 'http:' | 'https:';
  /** As `new URL(…).hostname` writes it, without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
}

/** Where connections may go. */
export interface EgressRules {
  /** Of what is no address: no. */
  isAllowed(address: string): boolean;
  /** What is wrong with a destination before any name is looked up, in words for whoever wrote it. */
  problemOf(to: Destination): string | undefined;
}

/** They are never looked up (RFC 6761). */
export const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

export function makeEgressRules({ development, allowRanges, allowPorts, httpsOnly }: EgressSettings): EgressRules {
  function isAllowed(text: string): boolean {
    const address = parseIpAddress(text);
    if (!address) return false;
    return isPublic(address) || isWithin(address, allowRanges) || (development && isOpenInDevelopment(address));
  }

  function problemOf({ protocol, hostname, port }: Destination): string | undefined {
    if (httpsOnly && protocol !== 'https:') return 'only https is allowed here (HTTPS_ONLY)';
    if (allowPorts.length > 0 && !allowPorts.some(({ first, last }) => first <= port && port <= last))
      return `port ${port} is not allowed here (EGRESS_ALLOW_PORTS)`;
    const known = isLocalhost(hostname) ? LOOPBACK : parseIpAddress(hostname) && [hostname];
    if (!known || known.some(isAllowed)) return undefined;
    return `${hostname} is not a public address; EGRESS_ALLOW_CIDRS can allow it`;
  }

  return { isAllowed, problemOf };
}

export function destinationOf(url: URL): Destination {
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  const port = Number(url.port || (protocol === 'https:' ? 443 : 80));
  return { protocol, hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

export function isLocalhost(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(hostname);
}
