import { createHash } from 'node:crypto';
import { makeUuidAt } from '../../domain/message/uuid.js';

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

/** Whether a message that comes by a pull request is one of the stream: an answer of the server itself has no such reply. */
export function isAckSubject(reply: string | undefined): boolean {
  return reply?.startsWith('$JS.ACK.') === true;
}

interface MadeStream {
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
}

/** How the ids of its messages name a stream: six hexadecimal digits, others when it is made anew under its name. */
export function markOf({ name, created }: MadeStream): string {
  return createHash('sha1').update(`${name}\n${created}`).digest('hex').slice(0, 6);
}

const SEQUENCE_AT = 4;
const SEQUENCE_BYTES = 6;

/**
 * Makes the ids of a stream's messages: the same for every delivery of one, and of no other. The time and the sequence stand
 * in the id themselves, and the stream by its mark; the journal reads them there (`hukz_stream_of`, `hukz_sequence_of`).
 */
export function makePositionId(stream: MadeStream) {
  const mark = markOf(stream);
  const tail = Buffer.from(`0${mark.slice(0, 3)}0${mark.slice(3)}000000000000`, 'hex');
  const uuidAt = makeUuidAt();
  return ({ storedAt, streamSequence }: StreamPosition): string => {
    tail.writeUIntBE(streamSequence, SEQUENCE_AT, SEQUENCE_BYTES);
    return uuidAt(storedAt, tail);
  };
}
