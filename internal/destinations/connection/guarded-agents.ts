import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionPath, Opener } from './opener.js';

/**
 * Agents for HTTP clients that accept Node's agents, such as got: `got.extend({ agent: makeGuardedAgents(opener) })`.
 */
export interface GuardedAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

type Created = (error: Error | null, socket: Duplex) => void;
type Create = (options: http.ClientRequestArgs, created?: Created) => null;

/**
 * Makes agents that open and judge every socket like those of deliveries, whatever the client does: it may follow a
 * redirect, and its own look-up function is not used. A refusal is a `ConnectError` of the request.
 */
export function makeGuardedAgents(opener: Opener, connectionPath: ConnectionPath = {}): GuardedAgents {
  const creating =
    (protocol: 'http:' | 'https:'): Create =>
    ({ host, hostname, port }, created) => {
      const name = (host ?? hostname ?? '').replace(/^\[(.*)\]$/, '$1');
      const to = { protocol, hostname: name, port: Number(port ?? (protocol === 'https:' ? 443 : 80)) };
      opener.open({ ...connectionPath, to }, (error, socket) => {
        // Node's types do not cover a call without a socket. The agent looks at the error first.
        created?.(error, socket as Duplex);
      });
      return null;
    };
  return {
    http: Object.assign(new http.Agent({ keepAlive: false }), { createConnection: creating('http:') }),
    https: Object.assign(new https.Agent({ keepAlive: false }), { createConnection: creating('https:') }),
  };
}
