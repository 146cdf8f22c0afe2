import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ReceiverOptions {
  readonly port: number;
  readonly status: number;
  readonly delayMs: number;
  onRequest(request: ReceivedRequest): void | Promise<void>;
}

export interface OpenReceiver {
  readonly port: number;
  close(): void;
}

/** An HTTP server on 127.0.0.1 that passes each request to `onRequest` and responds as the options say. */
export async function openReceiver(options: ReceiverOptions): Promise<OpenReceiver> {
  const server = createServer((incoming, response) => {
    const answer = async () => {
      const { method = '', url = '', headers } = incoming;
      await options.onRequest({ method, path: url, headers, body: await buffer(incoming) });
      if (options.delayMs > 0) await sleep(options.delayMs);
      response.writeHead(options.status).end();
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const MAX_SHOWN = 64 * 1024;

/**
 * Formats a request for people. The body is kept byte for byte, because parsing and writing JSON would change numbers
 * and keys.
 */
export function showRequest({ method, path, headers, body }: ReceivedRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  const head = [`${method} ${path}`, ...lines, '', ''].join('\n');
  const cut = body.length > MAX_SHOWN ? `\n… cut: the first ${MAX_SHOWN} of ${body.length} bytes` : '';
  return Buffer.concat([Buffer.from(head), body.subarray(0, MAX_SHOWN), Buffer.from(`${cut}\n`)]);
}
