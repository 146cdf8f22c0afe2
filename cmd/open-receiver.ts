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
  onRequest(request: ReceivedRequest): void;
}

export interface OpenReceiver {
  readonly port: number;
  close(): void;
}

/** An HTTP server on 127.0.0.1 that hands over what it gets and answers as told. */
export async function openReceiver(options: ReceiverOptions): Promise<OpenReceiver> {
  const server = createServer((incoming, response) => {
    const answer = async () => {
      const { method = '', url = '', headers } = incoming;
      options.onRequest({ method, path: url, headers, body: await buffer(incoming) });
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

/** A request as it would look on the wire, its JSON indented. */
export function showRequest({ method, path, headers, body }: ReceivedRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return [`${method} ${path}`, ...lines, '', readable(body)].join('\n');
}

function readable(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
