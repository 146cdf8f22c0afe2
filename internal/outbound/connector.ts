import net from 'node:net';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import { ConnectError, ConnectTimeoutError } from './connect-error.js';

const KEEP_ALIVE_PROBE_MS = 60_000;
const TCP = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS, highWaterMark: 64 * 1024 };

/** Opens the sockets of one origin; undici calls `connect` when it has none to use again. */
export interface OriginConnector {
  readonly connect: buildConnector.connector;
  /** True while undici takes a new socket over: it writes the waiting request in that very call. */
  isHandingOver(): boolean;
}

export interface Connectors {
  forOrigin(): OriginConnector;
  /** Sockets that are open or being opened. */
  openSockets(): number;
  /** Gives up every connection that is not established yet. */
  abandon(): void;
}

export interface ConnectorOptions {
  readonly connectTimeoutMs: number;
  /** Made once: building one for each connection costs more than the connection. */
  readonly secureContext: tls.SecureContext;
  /** Told of each new socket. */
  onOpen(): void;
}

export function makeConnectors(options: ConnectorOptions): Connectors {
  const connecting = new Set<net.Socket>();
  let open = 0;

  function forOrigin(): OriginConnector {
    let handingOver = false;
    let session: Buffer | undefined;

    const connect: buildConnector.connector = (to, callback) => {
      const socket = to.protocol === 'https:' ? openTls(to, options.secureContext, session) : openTcp(to);
      open += 1;
      connecting.add(socket);
      const timer = watchTime(socket, to.hostname, options.connectTimeoutMs);
      socket.once(to.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        if (!settle()) return;
        handingOver = true;
        try {
          callback(null, socket);
        } finally {
          handingOver = false;
        }
      });
      socket.on('session', (ticket: Buffer) => {
        session = ticket;
      });
      socket.on('error', (error) => {
        if (settle()) callback(new ConnectError(error), null);
      });
      socket.once('close', () => {
        open -= 1;
        if (settle()) callback(new ConnectError(new Error('closed while connecting')), null);
      });
      options.onOpen();

      function settle(): boolean {
        clearTimeout(timer);
        return connecting.delete(socket);
      }
    };
    return { connect, isHandingOver: () => handingOver };
  }

  return {
    forOrigin,
    openSockets: () => open,
    abandon: () => {
      for (const socket of connecting) socket.destroy();
    },
  };
}

function openTcp(to: buildConnector.Options): net.Socket {
  return net.connect({ ...TCP, host: to.hostname, port: Number(to.port || 80) });
}

function openTls(to: buildConnector.Options, secureContext: tls.SecureContext, session?: Buffer): net.Socket {
  return tls.connect({
    ...TCP,
    host: to.hostname,
    port: Number(to.port || 443),
    servername: net.isIP(to.hostname) ? '' : to.hostname,
    ALPNProtocols: ['http/1.1'],
    secureContext,
    ...(session && { session }),
  });
}

function watchTime(socket: net.Socket, hostname: string, ms: number): NodeJS.Timeout {
  let phase: 'lookup' | 'connect' = net.isIP(hostname) ? 'connect' : 'lookup';
  socket.once('lookup', () => {
    phase = 'connect';
  });
  return setTimeout(() => socket.destroy(new ConnectTimeoutError(phase)), ms);
}
