import type net from 'node:net';
import type { buildConnector } from 'undici';
import type { Destination } from '../domain/egress-rules.js';
import type { Opener, Route } from './opener.js';
import type { Opening } from './opening.js';

/** Opens the sockets of one origin. */
export interface OriginConnector {
  readonly connect: buildConnector.connector;
}

export interface Connectors {
  forOrigin(route: Route): OriginConnector;
  /** Sockets that are open or being opened. */
  openSockets(): number;
  /** Gives up every connection that is not established yet. */
  abandon(): void;
}

export interface ConnectorOptions {
  readonly opener: Opener;
  /** Told of each new socket. */
  onOpen(): void;
}

export function makeConnectors({ opener, onOpen }: ConnectorOptions): Connectors {
  const connecting = new Set<Opening>();
  let open = 0;

  function forOrigin(route: Route): OriginConnector {
    let session: Buffer | undefined;
    const onSession = (ticket: Buffer) => {
      session = ticket;
    };

    const connect: buildConnector.connector = (to, callback) => {
      open += 1;
      const opening = opener.open({ ...route, to: destinationOf(to), onSession, ...(session && { session }) }, opened);
      connecting.add(opening);
      onOpen();

      function opened(error: Error | null, socket: net.Socket | null): void {
        connecting.delete(opening);
        if (!socket) {
          open -= 1;
          callback(error ?? new Error('no socket'), null);
          return;
        }
        socket.once('close', () => {
          open -= 1;
        });
        callback(null, socket);
      }
    };
    return { connect };
  }

  return {
    forOrigin,
    openSockets: () => open,
    abandon: () => {
      for (const opening of connecting) opening.abandon();
    },
  };
}

function destinationOf({ protocol, hostname, port }: buildConnector.Options): Destination {
  return protocol === 'https:'
    ? { protocol, hostname, port: Number(port || 443) }
    : { protocol: 'http:', hostname, port: Number(port || 80) };
}
