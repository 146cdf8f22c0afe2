import type { EgressProxy } from './egress-proxy.js';
import type { Destination } from './egress-rules.js';
import { parseIpAddress } from './ip-address.js';
import { isWithin, parseRanges } from './ip-range.js';
import { isWithoutProxy, type NoProxy } from './no-proxy.js';

/** The operator's proxies, by the scheme of the receiver's URL. */
export interface EgressProxies {
  readonly http?: EgressProxy;
  readonly https?: EgressProxy;
  /** The settings that they come from, such as `EGRESS_PROXY`. */
  readonly from: string;
  readonly except: NoProxy;
  /** Whether this machine itself is reached directly, as with `HTTP_PROXY`. */
  readonly exceptLoopback: boolean;
}

const LOOPBACK = parseRanges('127.0.0.0/8', '::1');

/** Returns the proxy for connections to a receiver; undefined for a direct connection. */
export function proxyFor({ hostname, port, protocol }: Destination, proxies: EgressProxies): EgressProxy | undefined {
  const proxy = protocol === 'https:' ? proxies.https : proxies.http;
  if (!proxy || isWithoutProxy({ hostname, port }, proxies.except)) return undefined;
  return proxies.exceptLoopback && isLoopback(hostname) ? undefined : proxy;
}

function isLoopback(hostname: string): boolean {
  const address = parseIpAddress(hostname);
  return address ? isWithin(address, LOOPBACK) : /^localhost\.?$/i.test(hostname);
}

/** The proxies without their credentials. */
export function describeProxies({ http, https, from, except }: EgressProxies) {
  const place = (proxy: EgressProxy | undefined) => (proxy ? `${proxy.host}:${proxy.port}` : 'none');
  return { http: place(http), https: place(https), from, except: except.texts.join(', ') };
}
