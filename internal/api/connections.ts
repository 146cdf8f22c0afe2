import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Why we close a connection: all others have requests; it had none and another came; its answer was not read in time. */
export const CUT_REASONS = ['too_many_connections', 'idle_connection', 'unread_answer'] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export interface ConnectionBounds {
  /** The most open connections. One more takes the place of the one that has been without a request for longest. */
  readonly most: number;
  /** From the head of an answer until its last byte was taken. */
  readonly answerTimeoutMs: number;
  onCut(reason: CutReason): void;
}

/** Bounds what callers may hold: descriptors by connections, memory by answers that are not read. */
export function boundConnections(server: Server, { most, answerTimeoutMs, onCut }: ConnectionBounds): void {
  const open = new Set<Socket>();
  /** Without a request, the one that has been so for longest first. */
  const idle = new Set<Socket>();
  const answering = new Map<ServerResponse, number | undefined>();

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
    idle.delete(req.socket);
    answering.set(res, undefined);
    res.once('close', () => {
      answering.delete(res);
      if (open.has(req.socket)) idle.add(req.socket);
    });
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
