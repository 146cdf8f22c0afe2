import { createHash } from 'node:crypto';
import { uuidAt } from '../../domain/uuid.js';

/** Where a message stands in its stream, as the server writes it into the subject that an acknowledgement goes to. */
export interface StreamPosition {
  readonly streamSequence: number;
  /** Counts what the consumer has delivered, redeliveries included. */
  readonly consumerSequence: number;
  /** 1 for the first delivery. */
  readonly delivered: number;
  /** Milliseconds since 1970: when the stream took it. */
  readonly storedAt: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, and the newer form with domain
 * and account hash in front of the stream. Undefined when it is something else.
 */
export function parseAckSubject(reply: string): StreamPosition | undefined {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const [delivered, streamSequence, consumerSequence, ns] = tokens.length === 9 ? tokens.slice(4) : tokens.slice(6);
  return {
    delivered: Number(delivered),
    streamSequence: Number(streamSequence),
    consumerSequence: Number(consumerSequence),
    storedAt: Math.floor(Number(ns) / 1e6),
  };
}

/**
 * Makes the ids of a stream's messages: the same for every delivery of one, and of no other, also when the stream is made
 * anew under its name. The time and the sequence stand in the id themselves, the stream as 26 bits of a hash, made once.
 */
export function makePositionId(stream: { readonly name: string; readonly created: string }) {
  const hash = createHash('sha1').update(`${stream.name}\n${stream.created}`).digest('hex');
  const head = `00000000-0000-4${hash.slice(0, 3)}-8${hash.slice(3, 6)}-`;
  return ({ storedAt, streamSequence }: StreamPosition): string =>
    uuidAt(storedAt, head + streamSequence.toString(16).padStart(12, '0'));
}
