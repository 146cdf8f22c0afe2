import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { boundConnections, type ConnectionBounds } from './connections.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Maximum time until the last header has arrived. The default is 10,000. */
  readonly headersTimeoutMs?: number;
  /** Maximum time until the last byte of the body has arrived. The default is 30,000. */
  readonly requestTimeoutMs?: number;
  /** Maximum idle time between two requests. The default is 65,000, above the usual 60 s of a load balancer. */
  readonly keepAliveTimeoutMs?: number;
  readonly connections?: ConnectionBounds;
  /**
   * Maximum time without any data on a connection, such as an answer that the caller does not read. The default is
   * 120,000.
   */
  readonly idleTimeoutMs?: number;
}

export interface Listening {
  readonly port: number;
  /** Accepts no more connections, waits for running requests until the grace period ends, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

const MAX_HEADERS_BYTES = 16 * 1024;

/**
 * Serves HTTP with a limit on every wait for the caller, so that slow callers are cut off. Rejects if the port is in
 * use.
 */
export async function listen(answer: RequestListener, options: ListenOptions): Promise<Listening> {
  const headersTimeout = options.headersTimeoutMs ?? 10_000;
  const requestTimeout = options.requestTimeoutMs ?? 30_000;
  const server = createServer({
    headersTimeout,
    requestTimeout: Math.max(requestTimeout, headersTimeout),
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 65_000,
    // Node checks the two timeouts only this often. Its default interval would add up to 30 s to them.
    connectionsCheckingInterval: Math.max(10, Math.min(headersTimeout, requestTimeout) / 5),
    maxHeaderSize: MAX_HEADERS_BYTES,
  });
  server.setTimeout(options.idleTimeoutMs ?? 120_000);
  if (options.connections) boundConnections(server, options.connections);
  const stop = makeStop(server);
  // Requests that arrived in one piece with the request for which the connection was cut are not answered.
  server.on('request', (req, res) => {
    if (!req.socket.destroyed) answer(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop };
}

function makeStop(server: Server): Listening['stop'] {
  const open = new Set<Socket>();
  const running = new Set<ServerResponse>();
  let stopped: Promise<void> | undefined;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', (_req, res: ServerResponse) => {
    running.add(res);
    if (stopped) res.shouldKeepAlive = false;
    res.once('close', () => running.delete(res));
  });
  return (graceMs) => {
    stopped ??= new Promise((resolve) => {
      const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(cutOff);
        resolve();
      });
      // The answers to running requests get `connection: close`. Connections between two requests were closed just now,
      // and Node does not consider a connection idle that has never sent anything.
      for (const res of running) res.shouldKeepAlive = false;
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    });
    return stopped;
  };
}
