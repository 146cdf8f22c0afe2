import type net from 'node:net';
import { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Clock } from '../../clock.js';
import type { Destination } from '../../domain/egress/egress-rules.js';
import type { ConnectionPath, Opener } from './opener.js';
import type { Opening } from './opening.js';
import { type ClientCertificate, clientCertificateOf } from './tls/client-certificate.js';
import { TlsSessions } from './tls/tls-sessions.js';

/** A socket that can be written to. */
export interface OpenSocket {
  readonly socket: net.Socket;
  readonly certificate: ClientCertificate;
  /**
   * Present when the socket resumed an earlier TLS session. The function makes the next connection avoid the session
   * after a failure.
   */
  readonly refuseSession?: () => void;
}

/** Opens the sockets of one origin. */
export interface OriginConnector {
  connect(to: buildConnector.Options, connected: (error: Error | null, opened?: OpenSocket) => void): void;
}

export interface Connectors {
  forOrigin(connectionPath: ConnectionPath): OriginConnector;
  /** Number of sockets that are open or being opened. */
  openSockets(): number;
  /** Number of times, since the start, that TLS sessions were disabled for an origin. */
  sessionsRefused(): number;
  /** Ends every connection that is not established yet. */
  abandon(): void;
}

export interface ConnectorOptions {
  readonly opener: Opener;
  readonly clock: Clock;
  /** Called for each new socket. */
  onOpen(): void;
}

export function makeConnectors({ opener, clock, onOpen }: ConnectorOptions): Connectors {
  const connecting = new Set<Opening>();
  let open = 0;
  let sessionsRefused = 0;

  function forOrigin(connectionPath: ConnectionPath): OriginConnector {
    const sessions = new TlsSessions(clock, () => {
      sessionsRefused += 1;
    });

    const connect: OriginConnector['connect'] = (to, connected) => {
      open += 1;
      attempt(sessions.latest);
      onOpen();

      function attempt(session: Buffer | undefined): void {
        const request = {
          ...connectionPath,
          to: destinationOf(to),
          onSession: sessions.store,
          ...(session && { session }),
        };
        const opening = opener.open(request, (error, socket) => {
          connecting.delete(opening);
          if (socket) opened(socket);
          else if (session && opening.isInHandshake) {
            sessions.refused();
            attempt(undefined);
          } else {
            open -= 1;
            connected(error ?? new Error('no socket'));
          }
        });
        connecting.add(opening);
      }

      function opened(socket: net.Socket): void {
        socket.once('close', () => {
          open -= 1;
        });
        const isResumed = socket instanceof TLSSocket && socket.isSessionReused();
        const certificate = clientCertificateOf(socket, connectionPath.tls?.cert !== undefined);
        connected(null, { socket, certificate, ...(isResumed && { refuseSession: sessions.refused }) });
      }
    };
    return { connect };
  }

  return {
    forOrigin,
    openSockets: () => open,
    sessionsRefused: () => sessionsRefused,
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
