import { isIP } from 'node:net';
import { type Destination, type EgressRules, isLocalhost, LOOPBACK } from '../../domain/egress/egress-rules.js';
import type { ResolveHost } from '../lookup/resolve-host.js';
import { DescribedFault } from './connect-error.js';

/**
 * A DNS answer may contain thousands of addresses. Only the first ones are judged, and connections are made only to
 * judged addresses.
 */
const MAX_JUDGED = 64;
const MAX_TRIED = 8;

/**
 * A name with any forbidden address is refused. The text does not contain the address, because it would otherwise
 * reveal the addresses of internal names.
 */
const MIXED = 'the host name has an address that is not public';
const DENIED = 'the host name has an address that is not allowed here (EGRESS_DENY_CIDRS)';

export interface AddressGuard {
  /**
   * Returns the addresses to connect to, all of which are judged. The answer is synchronous when no look-up is needed.
   * @throws {DescribedFault}
   */
  addressesOf(to: Destination): readonly string[] | Promise<readonly string[]>;
  /** Judges the remote address of a connected socket. */
  isAllowed(address: string): boolean;
}

export function makeAddressGuard(rules: EgressRules, resolve: ResolveHost): AddressGuard {
  const mixed = `${MIXED}; ${rules.allowedBy} can allow it`;

  async function judged(hostname: string): Promise<readonly string[]> {
    const addresses = (await resolve(hostname, rules.problemOfName)).slice(0, MAX_JUDGED);
    if (addresses.length === 0) throw new DescribedFault('dns', 'host name has no address');
    if (!addresses.every(rules.isAllowed))
      throw new DescribedFault('forbidden_address', addresses.some(rules.isDenied) ? DENIED : mixed);
    return addresses.slice(0, MAX_TRIED);
  }

  return {
    addressesOf(to) {
      const problem = rules.problemOf(to);
      if (problem) throw new DescribedFault('forbidden_address', problem);
      if (isIP(to.hostname)) return [to.hostname];
      return isLocalhost(to.hostname) ? LOOPBACK.filter(rules.isAllowed) : judged(to.hostname);
    },
    isAllowed: rules.isAllowed,
  };
}
