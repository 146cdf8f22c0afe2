import type { Header } from '../domain/message/message.js';

/**
 * A message from any source. Its payload may be a window into a socket's buffer, so that a copy is needed to keep it.
 */
export interface Incoming {
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /**
   * The identity that stays the same when its stream redelivers the message. A message without a stream gets its id and
   * time from the acceptor.
   */
  readonly identity?: { readonly id: string; readonly receivedAt: number };
  /** The message is released from quarantine: it keeps its identity, and has no place in the order of a stream. */
  readonly wasQuarantined?: true;
  /** The payload is known to be one JSON text. Otherwise the payload is scanned. */
  readonly isJson?: true | undefined;
  /** The publisher waits for the receipt. It learns if there is no room for the message, and can publish it again. */
  readonly isAwaited?: true;
  /** The publisher gets the receipt. Otherwise a message that breaks a schema is put into quarantine. */
  readonly isAnswered?: true;
}
