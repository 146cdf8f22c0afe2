import type { Header } from '../domain/message.js';

/** A message as it comes from NATS, whichever way. Its payload is a window into a socket's buffer: copy what you keep. */
export interface Incoming {
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /** Present when the publisher asked for an answer. */
  readonly answer?: (text: string) => void;
}
