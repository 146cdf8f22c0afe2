/** A NATS header line; a name may occur several times. */
export type Header = readonly [name: string, value: string];

/** Bytes that a header takes in memory besides its text, about: an empty one weighs nothing else. */
const HEADER_OVERHEAD = 64;

/** Bytes that a message takes by what its publisher put into it. Headers may be larger than the payload. */
export function weightOf({ payload, headers }: Pick<Message, 'payload' | 'headers'>): number {
  let weight = payload.length;
  for (const [name, value] of headers) weight += name.length + value.length + HEADER_OVERHEAD;
  return weight;
}

/** One occurrence, received once from NATS. Its payload is parsed for nobody but webhooks that are ordered by a pointer into it. */
export interface Message {
  /** uuid */
  readonly id: string;
  /** Milliseconds since 1970: when we received it, or the stream's time. Part of the message's key in the store. */
  readonly receivedAt: number;
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  /** What is POSTed, built once for all webhooks; `payload` is a window into it whenever that is possible. */
  readonly body: Uint8Array;
}
