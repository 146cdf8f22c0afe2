import type { Fetch } from '../options.js';

/** An answer with its body, whatever its status is. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: RawAnswer }
  | { readonly kind: 'too_large'; readonly status: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'network'; readonly cause: unknown };

export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** No answer of the API is as large: it would fill the memory of the program. */
export const MAX_ANSWER_MIB = 64;

/** Sends one request, and reads its answer to the end. Rejects only with the reason of the caller's own signal. */
export async function attempt(
  fetch: Fetch,
  { url, ...request }: { readonly url: string } & RequestInit,
  { timeoutMs, signal }: Limits,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const abort = () => ending.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, timeoutMs);
  // Not AbortSignal.any(): in Node 20 a signal that lives long keeps all signals that are derived from it.
  signal?.addEventListener('abort', abort, { once: true });
  try {
    // A redirect would turn a POST into a GET, and could send credentials to another host.
    const response = await fetch(url, { ...request, redirect: 'manual', signal: ending.signal });
    const bytes = await readBody(response);
    if (!bytes) return { kind: 'too_large', status: response.status };
    return { kind: 'answered', answer: { status: response.status, headers: response.headers, bytes } };
  } catch (cause) {
    signal?.throwIfAborted();
    return isLate ? { kind: 'timeout' } : { kind: 'network', cause };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Returns undefined, and ends the connection, if the body is too large. */
async function readBody({ body }: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    length += next.value.length;
    if (length > MAX_ANSWER_MIB << 20) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
