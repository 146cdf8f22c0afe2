import type { Header } from '../domain/message/message.js';

/** A message from any source. Its payload may be a window into a socket's buffer: copy what you keep. */
export interface Incoming {
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /** What stays the same when its stream delivers it again. A message of no stream gets its id and time from the acceptor. */
  readonly identity?: { readonly id: string; readonly receivedAt: number };
}
