import { isIPv6 } from 'node:net';
import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

/** One host of `DATABASE_HOST`. */
export interface HostAddress {
  readonly host: string;
  /** Absent: that of `DATABASE_PORT`. */
  readonly port?: number;
}

const MAX_PORT = 65_535;

/** Reads `a,b:5433,10.0.0.1,[::1]:5432,/var/run/postgresql`: what `DATABASE_HOST` may be. */
export function parseDatabaseHosts(text: string): Parsed<readonly HostAddress[]> {
  const hosts: HostAddress[] = [];
  for (const part of text.split(',')) {
    const host = parseHost(part.trim());
    if (!host)
      return refused(
        'must be hosts such as db or db:5432, joined by commas; an IPv6 address with a port is [::1]:5432',
      );
    hosts.push(host);
  }
  return parsed(hosts);
}

function parseHost(text: string): HostAddress | undefined {
  if (text.startsWith('/')) return { host: text };
  if (isIPv6(text)) return { host: text };
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) return undefined;
  if (match?.[3] === undefined) return { host };
  const port = Number(match[3]);
  return port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}
