import { concat, type Incoming, type ReadBody } from './incoming.js';

/** A request of `fetch`, as Next, Hono, Deno, Bun and workers have it. */
export const fromFetch = (request: Request): Incoming => ({
  headers: request.headers,
  read: (maxBytes) => read(request, maxBytes),
});

async function read(request: Request, maxBytes: number): Promise<ReadBody> {
  // Without a body, `bodyUsed` stays false. A body that was read before cannot be read again.
  if (request.bodyUsed) return { body: undefined };
  if (!request.body) return { body: new Uint8Array(0) };
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return 'too_large';
    }
    chunks.push(next.value);
  }
  return { body: concat(chunks, bytes) };
}
