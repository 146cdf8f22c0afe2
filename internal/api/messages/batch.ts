import { setImmediate } from 'node:timers/promises';
import { elementsOf } from '../../domain/message/json-members.js';
import { skipSpace } from '../../domain/message/json-skip.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import { InvalidBody } from '../bodies/invalid-body.js';
import { InvalidFields } from '../bodies/invalid-fields.js';

export const MAX_BATCH_MESSAGES = 1000;
export const MAX_BATCH_BYTES = 4 << 20;
/** A turn of the event loop reads about this many bytes, unless one message is larger, and for about this time. */
const BYTES_PER_TICK = 256 * 1024;
const MS_PER_TICK = 5;

/** A message of a batch, or the reason why it is refused. */
export type Parsed = Publication | Refused;

export class Refused {
  constructor(readonly errors: readonly [AppError, ...AppError[]]) {}
}

interface BatchParts {
  /** Makes a message of its bytes. @throws {AppError} */
  form(bytes: Uint8Array): Publication;
  /** Maximum size of one message in the batch, with everything around its payload. */
  readonly maxBytes: number;
}

/**
 * Reads the messages of a batch before any of them is accepted. A message that is malformed does not affect the others;
 * a list that is malformed is refused as a whole. @throws {AppError} `unprocessable`
 */
export async function readBatch(body: Uint8Array, { form, maxBytes }: BatchParts): Promise<readonly Parsed[]> {
  const messages: Parsed[] = [];
  let bytes = 0;
  let turnBegan = performance.now();
  for (const part of isList(body) ? elementsOf(body, maxBytes) : linesOf(body)) {
    if (!part) throw malformed(maxBytes);
    if (messages.length === MAX_BATCH_MESSAGES)
      throw new AppError('unprocessable', `a batch has at most ${MAX_BATCH_MESSAGES} messages`);
    bytes += part.length;
    if (bytes > BYTES_PER_TICK || performance.now() - turnBegan > MS_PER_TICK) {
      await setImmediate();
      bytes = part.length;
      turnBegan = performance.now();
    }
    messages.push(parse(part, { form, maxBytes }));
  }
  return messages;
}

function parse(part: Uint8Array, { form, maxBytes }: BatchParts): Parsed {
  try {
    if (part.length > maxBytes) throw new AppError('too_large', `a message of a batch has at most ${maxBytes} bytes`);
    return form(part);
  } catch (error) {
    if (error instanceof InvalidFields || error instanceof InvalidBody) return new Refused(error.refusals);
    if (error instanceof AppError) return new Refused([error]);
    throw error;
  }
}

const malformed = (maxBytes: number) =>
  new AppError(
    'unprocessable',
    `the body is not a JSON array of messages, or one of them has more than ${maxBytes} bytes; the first mistake ends the search`,
  );

const OPEN_LIST = 0x5b;
const LINE_FEED = 0x0a;

const isList = (body: Uint8Array) => body[skipSpace(body, 0)] === OPEN_LIST;

/** Empty lines are left out: the last line usually ends with a line feed. */
function* linesOf(body: Uint8Array): Generator<Uint8Array> {
  for (let from = skipSpace(body, 0); from < body.length; ) {
    const feed = body.indexOf(LINE_FEED, from);
    const end = feed < 0 ? body.length : feed;
    yield body.subarray(from, end);
    from = skipSpace(body, end);
  }
}
