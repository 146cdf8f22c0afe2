import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { boundConnections, type ConnectionBounds } from './connections.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Until the last header has come; default 10,000. */
  readonly headersTimeoutMs?: number;
  /** Until the last byte of the body has come; default 30,000. */
  readonly requestTimeoutMs?: number;
  /** An idle connection between two requests; default 65,000, above the usual 60 s of a load balancer. */
  readonly keepAliveTimeoutMs?: number;
  readonly connections?: ConnectionBounds;
  /** A connection on which nothing moves at all, such as an answer that nobody reads; default 120,000. */
  readonly idleTimeoutMs?: number;
}

export interface Listening {
  readonly port: number;
  /** Takes no more connections, lets running requests finish until the grace time's end, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

const MAX_HEADERS_BYTES = 16 * 1024;

/** Serves HTTP with limits on every wait for the caller, so that slow ones are cut off. Rejects when the port is taken. */
export async function listen(answer: RequestListener, options: ListenOptions): Promise<Listening> {
  const headersTimeout = options.headersTimeoutMs ?? 10_000;
  const requestTimeout = options.requestTimeoutMs ?? 30_000;
  const server = createServer({
    headersTimeout,
    requestTimeout: Math.max(requestTimeout, headersTimeout),
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 65_000,
    // Node only looks at the two timeouts this often; its default would add up to 30 s to them.
    connectionsCheckingInterval: Math.max(10, Math.min(headersTimeout, requestTimeout) / 5),
    maxHeaderSize: MAX_HEADERS_BYTES,
  });
  server.setTimeout(options.idleTimeoutMs ?? 120_000);
  if (options.connections) boundConnections(server, options.connections);
  const stop = makeStop(server);
  // What came in one piece with the request for which its connection was cut is not answered.
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
      // Those that run say `connection: close` in their answer; those between two requests were closed just now, and
      // to Node a connection that has never said anything is not idle.
      for (const res of running) res.shouldKeepAlive = false;
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    });
    return stopped;
  };
}
