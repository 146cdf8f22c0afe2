import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Request } from 'express';
import { AppError } from '../../errors.js';
import { InvalidBody } from './invalid-body.js';
import { jsonFault } from './json-fault.js';
import { shapeProblem } from './json-shape.js';
import { readBody } from './read-body.js';

export const MAX_BODY_BYTES = 256 * 1024;

const LIMIT = { maxBytes: MAX_BODY_BYTES, tooLarge: 'a request body has at most 256 KiB' };
/** A webhook with 500 events, sent back as it was read, has about 6,000 values in 1,000 objects. */
export const BODY_BOUNDS = {
  deepest: 1024,
  maxValues: 10_000,
  maxParts: 2000,
  maxMembers: 1000,
  mostNames: 2000,
} as const;
const TOO_LARGE = {
  maxValues: `a request body has at most ${BODY_BOUNDS.maxValues} values`,
  maxParts: `a request body has at most ${BODY_BOUNDS.maxParts} lists and objects`,
  maxMembers: `an object of a request body has at most ${BODY_BOUNDS.maxMembers} members`,
  mostNames: `the objects of a request body have at most ${BODY_BOUNDS.mostNames} different names of members`,
} as const;
const TOO_DEEP = `the lists and objects of a request body are nested at most ${BODY_BOUNDS.deepest} deep`;
/** The contract defines this message. */
const INVALID_BODY = 'Invalid request body';
/** Smaller bodies are parsed and validated in one turn of the event loop. */
const LARGE_BODY_BYTES = 16 * 1024;
/**
 * No field or tag of hukz has this name, and assigning it changes the prototype of an object. The text is searched for
 * it, with each character plain or escaped, because a reviver would be called once per value.
 */
const PROTO_KEY = new RegExp(`(?<!\\\\)"${[...'__proto__'].map(plainOrEscaped).join('')}"\\s*:`);
const JSON_TYPE = /^application\/(?:json|merge-patch\+json)$/;
/** The types that `curl -d` and old scripts send with JSON. */
const OTHER_TYPE = /^(?:text\/plain|application\/x-www-form-urlencoded)$/;
const NOT_JSON = 'a request body must be application/json in UTF-8';

/** Reads the JSON object of a request and refuses anything else. */
export async function readJsonBody(req: Request, isOptional: boolean): Promise<object> {
  const isNamedJson = requireJsonType(req);
  const bytes = await readBody(req, LIMIT);
  if (bytes.length === 0 && isOptional) return {};
  const body = parsedBody(bytes, isNamedJson);
  if (bytes.length > LARGE_BODY_BYTES) await setImmediate();
  return body;
}

/**
 * Returns whether the content type is that of JSON. Without a type, and with one that scripts send by default, the body
 * is JSON if it parses as JSON. Browsers are excluded from that: a page of another site may send such types without
 * asking hukz (a "simple request"), and each browser names the page in `Origin` or `Sec-Fetch-Site`.
 */
export function requireJsonType({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const isUtf8Type = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (isUtf8Type && JSON_TYPE.test(type.trim())) return true;
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const isAbsent = headers['content-type'] === undefined;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (isAbsent && !(isBrowser && hasBody)) return false;
  if (isUtf8Type && OTHER_TYPE.test(type.trim()) && !isBrowser) return false;
  throw new AppError('unsupported_media_type', NOT_JSON);
}

/** Parses the body, and says where it is no JSON if it claims to be. */
export function parsedBody(bytes: Buffer, isNamedJson = true): object {
  try {
    return parseObject(bytes);
  } catch (error) {
    if (!(error instanceof AppError) || error.message !== INVALID_BODY) throw error;
    const problem = bodyProblem(bytes);
    if (!isNamedJson && problem.isSyntax) throw new AppError('unsupported_media_type', NOT_JSON);
    throw new InvalidBody(INVALID_BODY, problem.sentence);
  }
}

function bodyProblem(bytes: Buffer): { readonly sentence: string; readonly isSyntax: boolean } {
  if (!isUtf8(bytes)) return { sentence: 'the body is not UTF-8', isSyntax: true };
  if (bytes.length === 0) return { sentence: 'the body is empty; send a JSON object, such as {}', isSyntax: false };
  if (shapeProblem(bytes, BODY_BOUNDS) === 'deepest') return { sentence: TOO_DEEP, isSyntax: false };
  const fault = jsonFault(bytes);
  if (fault !== undefined) return { sentence: fault, isSyntax: true };
  const isObject = /^\s*\{/.test(bytes.toString('latin1', 0, LARGE_BODY_BYTES));
  const sentence = isObject ? 'a member of the body may not have the name __proto__' : 'the body must be a JSON object';
  return { sentence, isSyntax: false };
}

/** Parses one JSON object of a modest shape. @throws {AppError} `unprocessable` */
export function parseObject(bytes: unknown): object {
  if (!Buffer.isBuffer(bytes) || !isUtf8(bytes)) throw invalidBody();
  requireModestShape(bytes);
  const text = bytes.toString('utf8');
  if (PROTO_KEY.test(text)) throw invalidBody();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidBody();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidBody();
  return value;
}

function requireModestShape(bytes: Buffer): void {
  // A body of fewer bytes than the smallest bound cannot exceed one. Counting would take longer than parsing.
  if (bytes.length < BODY_BOUNDS.maxMembers) return;
  const problem = shapeProblem(bytes, BODY_BOUNDS);
  if (problem === undefined) return;
  if (problem === 'deepest') throw invalidBody();
  throw new AppError('unprocessable', TOO_LARGE[problem]);
}

function plainOrEscaped(character: string): string {
  const hex = character.charCodeAt(0).toString(16);
  return `(?:${character}|\\\\u00${hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)})`;
}

function invalidBody(): AppError {
  return new AppError('unprocessable', INVALID_BODY);
}
