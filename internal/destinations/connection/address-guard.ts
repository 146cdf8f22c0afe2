import { isIP } from 'node:net';
import { type Destination, type EgressRules, isLocalhost, LOOPBACK } from '../../domain/egress/egress-rules.js';
import type { ResolveHost } from '../lookup/resolve-host.js';
import { KnownFault } from './connect-error.js';

/** Of a name with more addresses the first ones are judged, and no other is connected to. A DNS answer may hold thousands. */
const MAX_JUDGED = 64;
const MAX_TRIED = 8;

/** A name with any forbidden address is refused. The address is not said: it would make us an oracle of internal names. */
const MIXED = 'the host name has an address that is not public; EGRESS_ALLOW_CIDRS can allow it';
const DENIED = 'the host name has an address that is not allowed here (EGRESS_DENY_CIDRS)';

export interface AddressGuard {
  /** The addresses to connect to, all judged: at once where none has to be looked up. @throws {KnownFault} */
  addressesOf(to: Destination): readonly string[] | Promise<readonly string[]>;
  /** Asked of a socket that is connected. */
  isAllowed(address: string): boolean;
}

export function makeAddressGuard(rules: EgressRules, resolve: ResolveHost): AddressGuard {
  async function judged(hostname: string): Promise<readonly string[]> {
    const addresses = (await resolve(hostname, rules.problemOfName)).slice(0, MAX_JUDGED);
    if (addresses.length === 0) throw new KnownFault('dns', 'host name has no address');
    if (!addresses.every(rules.isAllowed))
      throw new KnownFault('forbidden_address', addresses.some(rules.isDenied) ? DENIED : MIXED);
    return addresses.slice(0, MAX_TRIED);
  }

  return {
    addressesOf(to) {
      const problem = rules.problemOf(to);
      if (problem) throw new KnownFault('forbidden_address', problem);
      if (isIP(to.hostname)) return [to.hostname];
      return isLocalhost(to.hostname) ? LOOPBACK.filter(rules.isAllowed) : judged(to.hostname);
    },
    isAllowed: rules.isAllowed,
  };
}
