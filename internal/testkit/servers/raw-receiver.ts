import net, { type AddressInfo } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';

export interface RawConnection {
  readonly socket: net.Socket;
  /** The requests on the connection, split at each `POST `. */
  readonly requests: readonly string[];
}

export interface RawReceiver {
  readonly url: string;
  readonly connections: readonly RawConnection[];
  stop(): Promise<void>;
}

/** Writes any bytes. Connections, and the requests of each connection, are counted from 1. */
export type RawAnswer = (socket: net.Socket, connection: number, request: number) => void;

/**
 * A receiver on 127.0.0.1 without an HTTP server, for responses that an HTTP server would not send. With `options` it
 * is a TLS receiver for `localhost`.
 */
export async function startRawReceiver(answer: RawAnswer, options?: TlsOptions): Promise<RawReceiver> {
  const connections: { socket: net.Socket; requests: string[] }[] = [];
  const opened = new Set<net.Socket>();
  const receive = (socket: net.Socket) => {
    const requests: string[] = [];
    const number = connections.push({ socket, requests });
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const heads = chunk.toString('latin1').split(/(?=POST )/);
      for (const head of heads) if (head.startsWith('POST ')) answer(socket, number, requests.push(head));
    });
  };
  const server = options ? tls.createServer(options, receive) : net.createServer(receive);
  server.on('connection', (socket: net.Socket) => opened.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: options ? `https://localhost:${port}/` : `http://127.0.0.1:${port}/`,
    connections,
    stop() {
      for (const socket of opened) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
