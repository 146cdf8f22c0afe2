import { echo } from '../text/echo.js';
import { ipv4BehindNat64, ipv4InTunnel } from './embedded-ipv4.js';
import { type HostPattern, matchesHost } from './host-pattern.js';
import { type IpAddress, parseIpAddress } from './ip-address.js';
import { type IpRange, isNamed, isWithin } from './ip-range.js';
import { isMetadata } from './metadata-addresses.js';
import type { Nat64Prefix } from './nat64-prefix.js';
import type { PortRange } from './port-range.js';
import { isOpenInDevelopment, isPublic } from './public-address.js';

export interface EgressSettings {
  /** Whether private networks are allowed too. */
  readonly development: boolean;
  /**
   * `EGRESS_ALLOW_CIDRS`: ranges that are allowed although they are not public. A metadata service is allowed only by
   * an entry for its single address.
   */
  readonly allowRanges: readonly IpRange[];
  /** `EGRESS_DENY_CIDRS`: ranges that are denied even if another setting allows them. */
  readonly denyRanges: readonly IpRange[];
  /** `EGRESS_DENY_HOSTS` */
  readonly denyHosts: readonly HostPattern[];
  /** `EGRESS_NAT64_PREFIXES`, in addition to the well-known ones. */
  readonly nat64Prefixes: readonly Nat64Prefix[];
  /** `EGRESS_ALLOW_PORTS`. An empty list allows every port. */
  readonly allowPorts: readonly PortRange[];
  readonly httpsOnly: boolean;
  /** The name of `allowRanges` for error messages. The default is `EGRESS_ALLOW_CIDRS`. */
  readonly allowedBy?: string;
}

/** The intended endpoint of a connection. */
export interface Destination {
  readonly protocol: 'http:' | 'https:';
  /** The host as `new URL(…).hostname` writes it, without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
}

/** Rules for the destinations of connections. */
export interface EgressRules {
  /** The setting that can allow an address that is not public, for error messages. */
  readonly allowedBy: string;
  /** Whether connections to an address are allowed. A text that is not an address is not allowed. */
  isAllowed(address: string): boolean;
  /**
   * Whether `EGRESS_DENY_CIDRS` denies the address, as opposed to an address that is denied because it is not public.
   */
  isDenied(address: string): boolean;
  /** Returns why a host name is refused, independently of its addresses. */
  problemOfName(hostname: string): string | undefined;
  /** Returns why a destination is refused before any name is looked up, as an error message for its author. */
  problemOf(to: Destination): string | undefined;
}

/** The addresses of `localhost` names, which are never looked up (RFC 6761). */
export const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

export function makeEgressRules(settings: EgressSettings): EgressRules {
  const { development, allowRanges, denyRanges, denyHosts, nat64Prefixes, allowPorts, httpsOnly } = settings;
  const { allowedBy = 'EGRESS_ALLOW_CIDRS' } = settings;

  /** Whether the address is allowed, without regard to an IPv4 address inside it. */
  function isOpen(address: IpAddress): boolean {
    if (isMetadata(address)) return isNamed(address, allowRanges);
    return isPublic(address) || isWithin(address, allowRanges) || (development && isOpenInDevelopment(address));
  }

  function isAllowed(text: string): boolean {
    const address = parseIpAddress(text);
    if (!address || isDenied(text)) return false;
    if (isNamed(address, allowRanges)) return true;
    const translated = ipv4BehindNat64(address, nat64Prefixes);
    if (translated.length > 0) return translated.every(isOpen);
    return isOpen(address) && ipv4InTunnel(address).every(isOpen);
  }

  function isDenied(text: string): boolean {
    const address = parseIpAddress(text);
    if (!address || denyRanges.length === 0) return false;
    const all = [address, ...ipv4BehindNat64(address, nat64Prefixes), ...ipv4InTunnel(address)];
    return all.some((each) => isWithin(each, denyRanges));
  }

  function problemOfName(hostname: string): string | undefined {
    const isShut = denyHosts.some((pattern) => matchesHost(hostname, pattern));
    return isShut ? `${echo(hostname)} is not allowed here (EGRESS_DENY_HOSTS)` : undefined;
  }

  function problemOf({ protocol, hostname, port }: Destination): string | undefined {
    if (httpsOnly && protocol !== 'https:') return 'only https is allowed here (HTTPS_ONLY)';
    if (allowPorts.length > 0 && !allowPorts.some(({ first, last }) => first <= port && port <= last))
      return `port ${port} is not allowed here (EGRESS_ALLOW_PORTS)`;
    const problem = problemOfName(hostname);
    if (problem) return problem;
    const known = isLocalhost(hostname) ? LOOPBACK : parseIpAddress(hostname) && [hostname];
    if (!known || known.some(isAllowed)) return undefined;
    if (known.some(isDenied)) return `${echo(hostname)} is not allowed here (EGRESS_DENY_CIDRS)`;
    return `${echo(hostname)} is not a public address; ${allowedBy} can allow it`;
  }

  return { allowedBy, isAllowed, isDenied, problemOfName, problemOf };
}

export function destinationOf(url: URL): Destination {
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  const port = Number(url.port || (protocol === 'https:' ? 443 : 80));
  return { protocol, hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

export function isLocalhost(hostname: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(hostname);
}
