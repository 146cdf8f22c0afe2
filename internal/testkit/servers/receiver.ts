import { setMaxListeners } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../eventually.js';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `Date.now()` when the body was complete. */
  readonly at: number;
}

/** The reaction of a receiver to a request. Default: 200 with an empty body, at once. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  readonly delayMs?: number;
  /** The receiver never answers. */
  readonly hang?: boolean;
  /** The receiver closes the connection without a response. */
  readonly cut?: boolean;
  /** Writes to the socket directly, for responses that HTTP forbids. */
  readonly raw?: (socket: Socket) => void;
}

export type Behaviour = Answer | ((request: ReceivedRequest, index: number) => Answer | Promise<Answer>);

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** The maximum number of requests that were open at the same time. */
  readonly maxAtOnce: number;
  behave(behaviour: Behaviour): void;
  /** Discards the requests kept so far: for receivers of hundreds of thousands. */
  forget(): void;
  /** Waits until at least `count` requests have arrived, and returns all of them. */
  waitFor(count: number, timeoutMs?: number): Promise<readonly ReceivedRequest[]>;
  stop(): Promise<void>;
}

/**
 * An HTTP receiver on 127.0.0.1 that keeps its requests and reacts as its behaviour says; with `tls` an HTTPS receiver
 * for `localhost`.
 */
export async function startReceiver(first: Behaviour = {}, port = 0, tls?: ServerOptions): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const stopping = new AbortController();
  // Each delayed response listens to the signal.
  setMaxListeners(0, stopping.signal);
  let behaviour = first;
  let open = 0;
  let maxAtOnce = 0;

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    open += 1;
    maxAtOnce = Math.max(maxAtOnce, open);
    response.once('close', () => {
      open -= 1;
    });
    const body = await buffer(incoming);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body, at: Date.now() };
    const index = requests.push(request) - 1;
    await answer(
      response,
      typeof behaviour === 'function' ? await behaviour(request, index) : behaviour,
      stopping.signal,
    );
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    // A client that disconnects in the middle is a normal event.
    receive(incoming, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: tls ? `https://localhost:${bound}` : `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    get maxAtOnce() {
      return maxAtOnce;
    },
    behave(next) {
      behaviour = next;
    },
    forget: () => void requests.splice(0),
    async waitFor(count, timeoutMs = 20_000) {
      const enough = () => requests.length >= count;
      await eventually(enough, { what: `${count} requests at the receiver`, timeoutMs }).catch((error: Error) => {
        throw new Error(`${error.message}; ${requests.length} came`);
      });
      return requests;
    },
    async stop() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(response: ServerResponse, told: Answer, signal: AbortSignal): Promise<void> {
  if (told.delayMs) await sleep(told.delayMs, undefined, { signal });
  if (told.hang) return;
  if (told.cut) {
    response.destroy();
    return;
  }
  if (told.raw && response.socket) {
    told.raw(response.socket);
    return;
  }
  response.writeHead(told.status ?? 200, told.headers ?? {});
  response.end(told.body);
}
