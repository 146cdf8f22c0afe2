import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionPath, Opener } from './opener.js';

/** For clients that take Node's agents, as got does: `got.extend({ agent: makeGuardedAgents(opener) })`. */
export interface GuardedAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

type Created = (error: Error | null, socket: Duplex) => void;
type Create = (options: http.ClientRequestArgs, created?: Created) => null;

/**
 * Agents whose every socket is opened, and so judged, as those of deliveries are, whatever the client above them does: it may
 * follow a redirect, its own lookup is not asked. A refusal is the request's error, a `ConnectError`.
 */
export function makeGuardedAgents(opener: Opener, connectionPath: ConnectionPath = {}): GuardedAgents {
  const creating =
    (protocol: 'http:' | 'https:'): Create =>
    ({ host, hostname, port }, created) => {
      const name = (host ?? hostname ?? '').replace(/^\[(.*)\]$/, '$1');
      const to = { protocol, hostname: name, port: Number(port ?? (protocol === 'https:' ? 443 : 80)) };
      opener.open({ ...connectionPath, to }, (error, socket) => {
        // Node's types have no call for a failure; the agent looks at the error first.
        created?.(error, socket as Duplex);
      });
      return null;
    };
  return {
    http: Object.assign(new http.Agent({ keepAlive: false }), { createConnection: creating('http:') }),
    https: Object.assign(new https.Agent({ keepAlive: false }), { createConnection: creating('https:') }),
  };
}
