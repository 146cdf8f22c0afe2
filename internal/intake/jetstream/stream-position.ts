import { createHash } from 'node:crypto';
import { makeUuidAt } from '../../domain/message/uuid.js';

/** The position of a message in its stream, as the server writes it into the subject of the acknowledgement. */
export interface StreamPosition {
  readonly streamSequence: number;
  /** The number of deliveries of the consumer so far, including redeliveries. */
  readonly consumerSequence: number;
  /** 1 for the first delivery. */
  readonly delivered: number;
  /** The time when the stream stored the message, in milliseconds since 1970. */
  readonly storedAt: number;
}

/**
 * Parses `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, and the newer form with
 * domain and account hash before the stream. Undefined means that the subject is something else.
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
 * Whether a message from a pull request belongs to the stream. An answer of the server itself has no such reply
 * subject.
 */
export function isAckSubject(reply: string | undefined): boolean {
  return reply?.startsWith('$JS.ACK.') === true;
}

interface MadeStream {
  readonly name: string;
  /** The creation time (RFC 3339). */
  readonly created: string;
}

/**
 * The mark by which message ids name a stream: six hexadecimal digits, which differ if the stream is made again under
 * its name.
 */
export function markOf({ name, created }: MadeStream): string {
  return createHash('sha1').update(`${name}\n${created}`).digest('hex').slice(0, 6);
}

/** The sequence in the id of a message of the stream with this mark. Undefined for any other message. */
export function sequenceIn(messageId: string, mark: string): number | undefined {
  const digits = messageId.replaceAll('-', '');
  if (digits.slice(13, 16) + digits.slice(17, 20) !== mark) return undefined;
  return Number.parseInt(digits.slice(20), 16);
}

const SEQUENCE_AT = 4;
const SEQUENCE_BYTES = 6;

/**
 * Makes the ids of a stream's messages. The id is the same for every delivery of one message, and differs between
 * messages. The id contains the time, the sequence and the mark of the stream, and the journal reads them there
 * (`hukz_stream_of`, `hukz_sequence_of`).
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
