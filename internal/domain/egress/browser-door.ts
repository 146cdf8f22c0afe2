import { parseIpAddress } from './ip-address.js';

/** Rules for the callers of the API that are answered. */
export interface DoorSettings {
  readonly development: boolean;
  /** `API_HOSTS`, in lower case. `*` allows every host and every page. */
  readonly hosts: readonly string[];
}

/** The part of a request that identifies its host and the page that sent it. */
export interface Caller {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
  /** The address at which the connection arrived. */
  readonly localAddress: string | undefined;
  /** `Hukz-Attempt`, which is in each request that hukz sends for a webhook, and which no webhook can change. */
  readonly attempt: string | undefined;
}

export type DoorReason = 'host' | 'origin' | 'cross_site' | 'delivery';

/** The reason why a caller is refused, and the value that it sent. */
export interface DoorRefusal {
  readonly reason: DoorReason;
  readonly value: string;
}

/** A name or an address, with an optional port. */
const AUTHORITY = /^(?:([a-z0-9_](?:[a-z0-9_.-]{0,252}))|\[([0-9a-f:.]{2,45})\])(?::(\d{1,5}))?$/i;

/**
 * Returns why a caller is refused, or undefined.
 *
 * A webhook whose URL is the API would act as any user, because its owner chooses `X-User` and a test call shows the
 * answer: it could rotate the secret of another user's webhook and read it. No setting lifts this refusal.
 *
 * A page of another site can make a browser send requests to hukz. With a host name of its own (DNS rebinding), such a
 * page could even read the answers, because the browser would regard them as its own.
 */
export function doorRefusal(caller: Caller, { development, hosts }: DoorSettings): DoorRefusal | undefined {
  if (caller.attempt !== undefined) return { reason: 'delivery', value: caller.attempt };
  if (hosts.includes('*') || (!development && hosts.length === 0)) return undefined;
  const host = readAuthority(caller.host);
  const isAnswered = host && (hosts.includes(host.name) || isHere(host.name, caller.localAddress));
  if (!isAnswered) return { reason: 'host', value: caller.host ?? '' };

  const { origin, fetchSite } = caller;
  if (origin !== undefined) {
    const page = readAuthority(/^https?:\/\/(.+)$/i.exec(origin)?.[1]);
    if (page && hosts.includes(page.name)) return undefined;
    if (page?.name !== host.name || page.port !== host.port) return { reason: 'origin', value: origin };
  }
  if (fetchSite === undefined || SAME_SITE.has(fetchSite) || isFollowedLink(caller)) return undefined;
  return { reason: 'cross_site', value: fetchSite };
}

const SAME_SITE: ReadonlySet<string> = new Set(['same-origin', 'same-site', 'none']);

/** Whether a person followed a link. The answer is shown to that person, and the page with the link cannot read it. */
function isFollowedLink({ method, fetchMode, fetchDest }: Caller): boolean {
  return method === 'GET' && fetchMode === 'navigate' && fetchDest === 'document';
}

interface Authority {
  readonly name: string;
  /** Empty for the default ports, which URLs omit. */
  readonly port: string;
}

function readAuthority(text: string | undefined): Authority | undefined {
  const [, name, address, port = ''] = AUTHORITY.exec(text ?? '') ?? [];
  const host = name ?? address;
  if (host === undefined) return undefined;
  return { name: hostName(host), port: port === '80' || port === '443' ? '' : port };
}

/** Normalizes a host for `API_HOSTS`: lower case, without the trailing dot of a fully qualified name. */
export function hostName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether a name means this machine: a name that is never looked up in DNS, or the address of the connection. A page of
 * another host has none of these names.
 */
function isHere(name: string, localAddress: string | undefined): boolean {
  // Nearly all callers name the address itself, and comparing the texts costs less than parsing both.
  if (name === 'localhost' || name === localAddress) return true;
  const address = parseIpAddress(name);
  if (!address) return false;
  if (address.bits === 32 ? address.value >> 24n === 127n : address.value === 1n) return true;
  const local = parseIpAddress(localAddress ?? '');
  return local?.bits === address.bits && local.value === address.value;
}
