import { Resolver } from 'node:dns/promises';
import { codeOf } from '../connection/describe-error.js';
import { answerOf, both, type DnsAnswer } from './dns-answer.js';
import { within } from './within.js';

/**
 * Time to wait for the AAAA answer once the IPv4 addresses are known. Zones whose servers drop AAAA queries are not
 * rare.
 */
const AAAA_GRACE_MS = 250;
const PROBE_MS = 1000;
const TRIES = 2;

export interface DnsOptions {
  readonly timeoutMs: number;
  /** `address:port` instead of the servers of resolv.conf. */
  readonly servers?: readonly string[];
}

export interface Dns {
  /** Never rejects. The answer may arrive after the caller has stopped waiting. */
  ask(name: string): Promise<DnsAnswer>;
  /** Whether our resolver answers at all. */
  isWell(): Promise<boolean>;
}

/** Queries the resolver through c-ares, so that no thread of libuv's pool waits for the answers. */
export function makeDns({ timeoutMs, servers }: DnsOptions): Dns {
  const make = (timeout: number, tries: number) => {
    const resolver = new Resolver({ timeout, tries });
    if (servers) resolver.setServers(servers);
    return resolver;
  };
  // The timeout doubles with each try.
  const makeResolver = () => make(Math.max(1, Math.floor(timeoutMs / (2 ** TRIES - 1))), TRIES);
  let resolver = makeResolver();
  let probe: Promise<boolean> | undefined;

  /**
   * Any proper answer counts, including `there is no such name`. The query is for the root's servers, which every
   * resolver knows.
   */
  async function probeOnce(): Promise<boolean> {
    const probing = make(PROBE_MS, 1);
    const answer = await within(
      PROBE_MS,
      probing.resolveNs('.').then(
        () => true,
        (error: unknown) => answerOf(codeOf(error)).kind === 'absent',
      ),
    );
    probing.cancel();
    probe = undefined;
    // A new resolver reads resolv.conf again.
    if (!answer) resolver = makeResolver();
    return answer ?? false;
  }

  return {
    async ask(name) {
      const four = answered(resolver.resolve4(name));
      const six = answered(resolver.resolve6(name));
      const first = await four;
      if (first.kind !== 'found') return both(first, await six);
      const second = await within(AAAA_GRACE_MS, six);
      return second ? both(first, second) : first;
    },
    isWell: () => (probe ??= probeOnce()),
  };
}

function answered(asked: Promise<readonly string[]>): Promise<DnsAnswer> {
  return asked.then(
    (addresses): DnsAnswer => ({ kind: 'found', addresses }),
    (error: unknown) => answerOf(codeOf(error)),
  );
}
