import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The reasons to close a connection: all other connections have requests; the connection was idle and another one
 * arrived; its answer was not read in time; it sent too many requests without waiting for answers.
 */
export const CUT_REASONS = ['too_many_connections', 'idle_connection', 'unread_answer', 'pipelined_requests'] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export interface ConnectionBounds {
  /** The maximum number of open connections. A further connection replaces the one that has been idle for longest. */
  readonly max: number;
  /** Maximum time from the head of an answer until the caller has read its last byte. */
  readonly answerTimeoutMs: number;
  onCut(reason: CutReason): void;
}

/**
 * Maximum number of unanswered requests per connection. Clients that send a request before the previous answer are
 * rare, and they send only a few.
 */
const MAX_PIPELINED = 32;

/**
 * Bounds the resources that callers use: connections use file descriptors, and requests and unread answers use memory.
 */
export function boundConnections(server: Server, { max, answerTimeoutMs, onCut }: ConnectionBounds): void {
  const open = new Set<Socket>();
  /** The connections without a request. The first one has been idle for longest. */
  const idle = new Set<Socket>();
  const answering = new Map<ServerResponse, number | undefined>();
  const unanswered = new WeakMap<Socket, number>();

  const forget = (socket: Socket) => {
    open.delete(socket);
    idle.delete(socket);
  };
  const cut = (socket: Socket, reason: CutReason) => {
    forget(socket);
    socket.destroy();
    onCut(reason);
  };

  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => forget(socket));
    const [oldest] = idle;
    idle.add(socket);
    if (open.size > max) cut(oldest ?? socket, oldest ? 'idle_connection' : 'too_many_connections');
  });
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const { socket } = req;
    idle.delete(socket);
    answering.set(res, undefined);
    const requests = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, requests);
    res.once('close', () => {
      answering.delete(res);
      const left = (unanswered.get(socket) ?? 1) - 1;
      unanswered.set(socket, left);
      if (left === 0 && open.has(socket)) idle.add(socket);
    });
    if (requests > MAX_PIPELINED && open.has(socket)) cut(socket, 'pipelined_requests');
  });
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [res, since] of answering) {
      if (!res.headersSent || !res.socket) continue;
      if (since === undefined) answering.set(res, now);
      else if (now - since > answerTimeoutMs) cut(res.socket, 'unread_answer');
    }
  }, answerTimeoutMs / 5).unref();
  server.once('close', () => clearInterval(sweep));
}
