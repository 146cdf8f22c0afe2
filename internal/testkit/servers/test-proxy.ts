import type { AddressInfo } from 'node:net';
import net from 'node:net';

/**
 * The reaction of a proxy to CONNECT: it connects to the given port of 127.0.0.1 or to the requested one, sends the
 * given text, or does not answer.
 */
export type ProxyAnswer = { readonly to: number | 'asked' } | { readonly text: string } | 'silence' | 'close';

export interface TestProxy {
  readonly port: number;
  /** The heads of the received requests. */
  readonly heads: readonly string[];
  /** The number of open connections from clients. */
  readonly open: number;
  answer(answer: ProxyAnswer): void;
  stop(): Promise<void>;
}

/** An HTTP proxy on 127.0.0.1 that supports only CONNECT and reacts as `answer` says. */
export async function startTestProxy(first: ProxyAnswer): Promise<TestProxy> {
  const heads: string[] = [];
  const sockets = new Set<net.Socket>();
  let answer = first;
  let open = 0;

  const server = net.createServer((socket) => {
    sockets.add(socket);
    open += 1;
    socket
      .on('error', () => undefined)
      .once('close', () => {
        open -= 1;
      });
    socket.once('data', (chunk) => {
      const head = chunk.toString('latin1');
      heads.push(head);
      if (answer === 'close') socket.destroy();
      else if (answer !== 'silence') reply(socket, head, answer);
    });
  });

  function reply(socket: net.Socket, head: string, told: Exclude<ProxyAnswer, string>): void {
    if ('text' in told) {
      socket.write(told.text);
      return;
    }
    const port = told.to === 'asked' ? Number(/:(\d+) HTTP/.exec(head)?.[1]) : told.to;
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.once('close', () => onward.destroy());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    get open() {
      return open;
    },
    answer: (next) => {
      answer = next;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
