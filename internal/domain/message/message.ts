/** A NATS header line; a name may occur several times. */
export type Header = readonly [name: string, value: string];

/** Approximate memory of a header in addition to its text. Without it, empty headers would count as nothing. */
const HEADER_OVERHEAD = 64;

/** Approximate memory of the parts of a message that its publisher controls. Headers may be larger than the payload. */
export function weightOf({ payload, headers }: Pick<Message, 'payload' | 'headers'>): number {
  let weight = payload.length;
  for (const [name, value] of headers) weight += name.length + value.length + HEADER_OVERHEAD;
  return weight;
}

/**
 * One occurrence, received once from NATS. Its payload is parsed only for webhooks that are ordered by a pointer into
 * it.
 */
export interface Message {
  /** uuid */
  readonly id: string;
  /**
   * Milliseconds since 1970: the time at which hukz received the message, or the stream's time. It is part of the
   * message's key in the store.
   */
  readonly receivedAt: number;
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /** The body that is POSTed, built once for all webhooks. `payload` is a window into it whenever that is possible. */
  readonly body: Uint8Array;
}
