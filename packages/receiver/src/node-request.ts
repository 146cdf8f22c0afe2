import { concat, type Incoming, type ReadBody, readInMemory } from './incoming.js';

/** The used part of a request of `node:http`, `express` or `fastify`. */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The result of a body parser: with `express.raw()` a Buffer. */
  readonly body?: unknown;
  /** Whether something has begun to read the body. */
  readonly readableDidRead?: boolean;
  on(event: string, listener: (chunk: Uint8Array) => void): unknown;
  off(event: string, listener: (chunk: Uint8Array) => void): unknown;
  pause(): unknown;
}

export const fromNode = (request: NodeRequest): Incoming => ({
  headers: request.headers,
  read: (maxBytes) => read(request, maxBytes),
});

async function read(request: NodeRequest, maxBytes: number): Promise<ReadBody> {
  const { body, readableDidRead, headers } = request;
  if (body instanceof Uint8Array || typeof body === 'string') return readInMemory(body, maxBytes);
  if (readableDidRead) return { body };
  return Number(headers['content-length'] ?? 0) > maxBytes ? 'too_large' : readStream(request, maxBytes);
}

/** Leaves the stream open, so that a response can still be written when the body is too large. */
function readStream(request: NodeRequest, maxBytes: number): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const listeners = {
      data(chunk: Uint8Array) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) end(() => resolve('too_large'));
        else chunks.push(chunk);
      },
      end: () => end(() => resolve({ body: concat(chunks, bytes) })),
      error: () => end(() => reject(new Error('the request ended before its body was complete'))),
      close: () => end(() => reject(new Error('the request ended before its body was complete'))),
    };
    for (const [event, listener] of Object.entries(listeners)) request.on(event, listener);

    function end(settle: () => void): void {
      for (const [event, listener] of Object.entries(listeners)) request.off(event, listener);
      request.pause();
      settle();
    }
  });
}
