import { DescribedFault } from '../connection/connect-error.js';
import { spellDuration } from '../http/limits.js';
import { type DnsOptions, makeDns } from './dns.js';
import type { DnsAnswer } from './dns-answer.js';
import { parseHosts } from './hosts-file.js';
import type { ProblemOfName, ResolveHost } from './resolve-host.js';
import { namesFor, parseSearchDomains } from './search-domains.js';
import { makeWatchedFile } from './watched-file.js';
import { within } from './within.js';

export interface SystemResolverOptions extends DnsOptions {
  /** The defaults are `/etc/hosts` and `/etc/resolv.conf`. */
  readonly hostsPath?: string;
  readonly resolvConfPath?: string;
}

/** A search domain expands the short name to a name that is forbidden. The text does not contain the full name. */
const FORBIDDEN = {
  kind: 'forbidden',
  words: 'the host name, with a search domain of this machine, is not allowed here (EGRESS_DENY_HOSTS)',
} as const;

const NO_PROBLEM: ProblemOfName = () => undefined;

/**
 * Looks up names like the system: first in the hosts file, then in DNS with the search domains of resolv.conf. The
 * other sources of nsswitch.conf (mDNS, LDAP) are not used, because they are available only through `getaddrinfo`,
 * which has no time limit and fills libuv's pool.
 *
 * Answers are not cached: connections are opened seldom, and a receiver that moves is found at once. Concurrent
 * look-ups of one name share a query.
 */
export function makeSystemResolver(options: SystemResolverOptions): ResolveHost {
  const hosts = makeWatchedFile(options.hostsPath ?? '/etc/hosts', parseHosts);
  const search = makeWatchedFile(options.resolvConfPath ?? '/etc/resolv.conf', parseSearchDomains);
  const dns = makeDns(options);
  const underWay = new Map<string, Promise<readonly string[]>>();

  async function askAll(hostname: string, problemOf: ProblemOfName): Promise<DnsAnswer | typeof FORBIDDEN> {
    let first: DnsAnswer | undefined;
    for (const name of namesFor(hostname, search())) {
      if (problemOf(name)) return FORBIDDEN;
      const answer = await dns.ask(name);
      if (answer.kind !== 'absent') return answer;
      first ??= answer;
    }
    return first ?? { kind: 'absent', description: 'host name not found' };
  }

  async function lookUp(hostname: string, problemOf: ProblemOfName): Promise<readonly string[]> {
    const asked = askAll(hostname, problemOf);
    const answer = (await within(options.timeoutMs, asked)) ?? { kind: 'failed', code: 'ETIMEOUT' };
    if (answer.kind === 'found') return answer.addresses;
    if (answer.kind === 'forbidden') throw new DescribedFault('forbidden_address', answer.words);
    if (answer.kind === 'absent') throw new DescribedFault('dns', answer.description);
    throw await blame(answer.code);
  }

  /**
   * If other names are answered, the failure belongs to the owner of this name. If none is answered, the failure is
   * ours.
   */
  async function blame(code: string): Promise<DescribedFault> {
    const inTime = `within ${spellDuration(options.timeoutMs)}`;
    const isSilent = code === 'ETIMEOUT';
    if (await dns.isWell())
      return new DescribedFault(
        'dns',
        `the host's name servers ${isSilent ? `did not answer ${inTime}` : `fail (${code})`}`,
      );
    return new DescribedFault(
      'local_fault',
      `our resolver ${isSilent ? `did not answer ${inTime}` : `fails (${code})`}`,
    );
  }

  return (hostname, problemOf = NO_PROBLEM) => {
    const name = hostname.toLowerCase();
    const known = hosts().get(name.replace(/\.$/, ''));
    if (known) return Promise.resolve(known);
    const key = problemOf === NO_PROBLEM ? `any ${name}` : name;
    const running = underWay.get(key);
    if (running) return running;
    const asked = lookUp(name, problemOf).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };
}
