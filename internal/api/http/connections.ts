import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Why we close a connection: all others have requests; it had none and another came; its answer was not read in time; it has sent too
 * many requests without waiting for answers.
 */
export const CUT_REASONS = ['too_many_connections', 'idle_connection', 'unread_answer', 'pipelined_requests'] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export interface ConnectionBounds {
  /** The most open connections. One more takes the place of the one that has been without a request for longest. */
  readonly most: number;
  /** From the head of an answer until its last byte was taken. */
  readonly answerTimeoutMs: number;
  onCut(reason: CutReason): void;
}

/** Requests of one connection that are not answered yet. Clients that send the next one before an answer are rare, and send a few. */
const MAX_PIPELINED = 32;

/** Bounds what callers may hold: descriptors by connections, memory by requests on them and by answers that are not read. */
export function boundConnections(server: Server, { most, answerTimeoutMs, onCut }: ConnectionBounds): void {
  const open = new Set<Socket>();
  /** Without a request, the one that has been so for longest first. */
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
    if (open.size > most) cut(oldest ?? socket, oldest ? 'idle_connection' : 'too_many_connections');
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
