import type { Fetch } from '../options.js';

/** An answer with its body, whatever its status is. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: RawAnswer }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'network'; readonly cause: unknown };

export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

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
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { kind: 'answered', answer: { status: response.status, headers: response.headers, bytes } };
  } catch (cause) {
    signal?.throwIfAborted();
    return isLate ? { kind: 'timeout' } : { kind: 'network', cause };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
