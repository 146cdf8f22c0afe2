import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawNats {
  /**
   * Publishes a message whose header block consists of exactly these bytes: client libraries refuse to send most of
   * them.
   */
  publish(subject: string, block: Uint8Array, payload: Uint8Array | string): void;
  /** Resolves when the server has received everything that was published. */
  flush(): Promise<void>;
  close(): void;
}

const PONG = /PONG\r\n/g;

/** A connection to a local nats-server that speaks the protocol without a client library. */
export async function openRawNats(port: number): Promise<RawNats> {
  const socket = connect(port, '127.0.0.1');
  let pings = 0;
  let pongs = 0;
  let heard = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard += text;
    pongs = heard.match(PONG)?.length ?? 0;
  });
  await once(socket, 'connect');
  const flush = async () => {
    socket.write('PING\r\n');
    const mine = ++pings;
    while (pongs < mine) await once(socket, 'data');
  };
  socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n');
  await flush();
  return {
    publish(subject, block, payload) {
      const bytes = Buffer.from(payload);
      socket.write(`HPUB ${subject} ${block.length} ${block.length + bytes.length}\r\n`);
      socket.write(Buffer.concat([block, bytes, Buffer.from('\r\n')]));
    },
    flush,
    close: () => socket.destroy(),
  };
}
