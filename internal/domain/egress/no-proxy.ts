import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseIpAddress } from './ip-address.js';
import { type IpRange, isWithin, parseIpRange } from './ip-range.js';

/** The receivers that are reached without a proxy. */
export interface NoProxy {
  /** The entries as they were written. */
  readonly texts: readonly string[];
  readonly all: boolean;
  readonly ranges: readonly IpRange[];
  readonly hosts: readonly NoProxyHost[];
}

interface NoProxyHost {
  /** In lower case, without a dot at its ends. */
  readonly name: string;
  readonly withItself: boolean;
  readonly withNamesBelow: boolean;
  /** Undefined: every port. */
  readonly port?: number;
}

export const NO_EXCEPTION: NoProxy = { texts: [], all: false, ranges: [], hosts: [] };

/**
 * Parses a list as curl and Go read `NO_PROXY`: `example.com` (and every name below it), `.example.com` (only names
 * below it), `10.0.0.0/8`, an address, each of them optionally with a port, or `*` for everything.
 */
export function parseNoProxy(text: string): Parsed<NoProxy> {
  const parts = text.split(',').flatMap((part) => part.trim().toLowerCase() || []);
  const ranges: IpRange[] = [];
  const hosts: NoProxyHost[] = [];
  for (const part of parts.filter((each) => each !== '*')) {
    const range = parseIpRange(part.replace(/^\[(.*)\]$/, '$1'));
    const host = range.ok ? undefined : parseHost(part);
    if (range.ok) ranges.push(range.value);
    else if (host) hosts.push(host);
    else return refused(`"${part}" is not a host name, a range such as 10.0.0.0/8, or *`);
  }
  return parsed({ texts: parts, all: parts.includes('*'), ranges, hosts });
}

/** The entries of two lists. */
export function bothOf(a: NoProxy, b: NoProxy): NoProxy {
  return {
    texts: [...a.texts, ...b.texts],
    all: a.all || b.all,
    ranges: [...a.ranges, ...b.ranges],
    hosts: [...a.hosts, ...b.hosts],
  };
}

const HOST = /^(\*\.|\.)?((?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])\.?(?::(\d{1,5}))?$/;

function parseHost(text: string): NoProxyHost | undefined {
  const [whole, dot, name = '', port] = HOST.exec(text) ?? [];
  if (whole === undefined || Number(port ?? 1) > 65_535) return undefined;
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const isAddress = parseIpAddress(bare) !== undefined;
  const only = { withItself: dot === undefined, withNamesBelow: !isAddress };
  return { name: bare, ...only, ...(port !== undefined && { port: Number(port) }) };
}

export function isWithoutProxy(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  { all, ranges, hosts }: NoProxy,
): boolean {
  if (all) return true;
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const address = parseIpAddress(name);
  if (address && isWithin(address, ranges)) return true;
  return hosts.some((host) => {
    if (host.port !== undefined && host.port !== port) return false;
    return (host.withItself && name === host.name) || (host.withNamesBelow && name.endsWith(`.${host.name}`));
  });
}
