import { parsePublishedSubject } from '../../domain/matching/published-subject.js';
import { parseRouting } from '../../domain/matching/routing.js';
import type { Header } from '../../domain/message/message.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';

/** The longest id of a message, in characters. */
export const MAX_KEY_LENGTH = 512;
/** The characters that a header of NATS can carry. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const UNSENDABLE = /[\x00-\x1f\x7f]|\p{Surrogate}/u;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The names of a message's parts in the form in which it was sent. */
export interface PartNames {
  readonly subject: string;
  readonly key: string;
  readonly payload: string;
}

export interface MessageParts {
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly payload: Uint8Array;
  readonly key: string | undefined;
  readonly names: PartNames;
  /** The payload is one JSON text. */
  readonly isJson?: boolean;
}

/**
 * Makes the message of any form. A message that is malformed in any part is refused as a whole: over NATS it would be
 * stored and trigger no webhook, because a publisher of NATS cannot be asked. @throws {AppError}
 */
export function makePublication(parts: MessageParts, maxBytes: number): Publication {
  const { payload, names } = parts;
  const subject = parsePublishedSubject(parts.subject);
  if (!subject.ok) throw new AppError('unprocessable', subject.problem, names.subject);
  if (payload.length > maxBytes) throw tooLarge(maxBytes, names.payload);
  const headers = parts.key === undefined ? parts.headers : [...parts.headers, keyHeader(parts.key, names.key)];
  for (const [name, value] of headers) requireSendable(name, value);
  const routing = parseRouting(headers, Date.now());
  if (!routing.ok) throw refusedOption(routing.problem);
  return { subject: subject.value, headers, payload, ...(parts.isJson && { isJson: true }) };
}

export const tooLarge = (maxBytes: number, source?: string) =>
  new AppError('too_large', `a message has a payload of at most ${maxBytes} bytes (MESSAGE_MAX_BYTES)`, source);

function keyHeader(key: string, source: string): Header {
  if (key === '' || key.length > MAX_KEY_LENGTH)
    throw new AppError('unprocessable', `${source} has 1 to ${MAX_KEY_LENGTH} characters`, source);
  return ['Nats-Msg-Id', key];
}

function requireSendable(name: string, value: string): void {
  if (!TOKEN.test(name))
    throw new AppError('unprocessable', 'the name of a header is a token, such as X-Team', 'headers');
  if (UNSENDABLE.test(value))
    throw new AppError('unprocessable', `${name} may not contain control characters or lone surrogates`, name);
}

/** The sentences of the parser begin with the header that they are about. */
function refusedOption(problem: string): AppError {
  const [name = ''] = problem.split(':');
  return new AppError('unprocessable', problem, name);
}
