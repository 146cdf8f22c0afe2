import { isUtf8 } from 'node:buffer';
import { type JsonMember, membersOf, textOf } from '../../domain/message/json-members.js';
import { AppError } from '../../errors.js';
import { InvalidBody } from '../bodies/invalid-body.js';
import { MAX_BODY_BYTES, parseObject } from '../bodies/json-body.js';
import { jsonFault } from '../bodies/json-fault.js';

/** Maximum number of members of an object, and maximum size of those that are parsed. */
const MAX_MEMBERS = 200;
const MAX_PARSED_BYTES = 64 * 1024;
const [OPEN, COMMA, CLOSE] = [Buffer.from('{'), Buffer.from(','), Buffer.from('}')];
/** Replaces a value that is cut out. */
const PLACEHOLDER = Buffer.from(':""');

export interface CutObject {
  /** The members of the object. The value of a member that was cut out is an empty string. */
  readonly rest: object;
  /** The values that were cut out, as they are written. */
  readonly cut: ReadonlyMap<string, Uint8Array>;
}

/**
 * Parses an object without those of its members that may be large. They are payloads: an integer above 2^53 would not
 * survive parsing, and 1 MB of brackets would take 70 ms. @throws {AppError} `unprocessable`
 */
export function cutOut(bytes: Uint8Array, names: ReadonlySet<string>, members = membersIn(bytes)): CutObject {
  const cut = new Map<string, Uint8Array>();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (const member of members) {
    const isCut = names.has(member.name);
    if (isCut && cut.has(member.name))
      throw new AppError('unprocessable', `${member.name} may be given once`, member.name);
    if (isCut) cut.set(member.name, bytes.subarray(member.start, member.end));
    const parts = partsOf(bytes, member, isCut);
    for (const part of parts) size += part.length;
    pieces.push(pieces.length === 0 ? OPEN : COMMA, ...parts);
  }
  if (size > MAX_PARSED_BYTES)
    throw new AppError('unprocessable', `a message has at most ${MAX_PARSED_BYTES / 1024} KiB besides its payload`);
  if (pieces.length === 0) pieces.push(OPEN);
  return { rest: parseObject(Buffer.concat([...pieces, CLOSE])), cut };
}

/** The members of a body that is one object. @throws {InvalidBody} */
export function membersIn(bytes: Uint8Array): readonly JsonMember[] {
  const isText = isUtf8(bytes);
  const members = isText ? membersOf(bytes, MAX_MEMBERS) : undefined;
  if (members) return members;
  throw new InvalidBody('Invalid request body', isText ? problemOf(bytes) : 'the message is not UTF-8');
}

/** The search for a mistake takes longer than parsing, so that a large text is not searched. */
function problemOf(bytes: Uint8Array): string {
  const fault = bytes.length <= MAX_BODY_BYTES ? jsonFault(bytes) : undefined;
  return fault ?? `a message must be a JSON object of at most ${MAX_MEMBERS} members`;
}

function partsOf(bytes: Uint8Array, { from, start, end, name }: JsonMember, isCut: boolean): readonly Uint8Array[] {
  return isCut ? [Buffer.from(JSON.stringify(name)), PLACEHOLDER] : [bytes.subarray(from, Math.max(start, end))];
}

/** The text of a JSON string that was cut out. Undefined if the value is not a string. */
export function stringIn(value: Uint8Array): string | undefined {
  const parsed: unknown = value[0] === 0x22 ? JSON.parse(textOf(value, 0, value.length)) : undefined;
  return typeof parsed === 'string' ? parsed : undefined;
}

/** The bytes that a base64 text means. Undefined if the text is not base64. */
export function bytesIn(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  // The decoder skips characters that do not belong to the alphabet, and the result is then shorter.
  const isWhole = base64.length % 4 === 0 && bytes.length === (base64.length / 4) * 3 - padding;
  return isWhole ? bytes : undefined;
}
