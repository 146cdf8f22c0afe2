import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import express, { type Request, type Response } from 'express';
import { AppError } from '../../errors.js';
import { shapeProblem } from './json-shape.js';

export const MAX_BODY_BYTES = 256 * 1024;

const readBytes = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
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
/** Smaller bodies are parsed and validated in one turn of the event loop. */
const LARGE_BODY_BYTES = 16 * 1024;
/**
 * No field or tag of hukz has this name, and assigning it changes the prototype of an object. The text is searched for
 * it, with each character plain or escaped, because a reviver would be called once per value.
 */
const PROTO_KEY = new RegExp(`(?<!\\\\)"${[...'__proto__'].map(plainOrEscaped).join('')}"\\s*:`);
const JSON_TYPE = /^application\/(?:json|merge-patch\+json)$/;

/** Reads the JSON object of a request and refuses anything else. A body without a content type is read as JSON. */
export async function readJsonBody(req: Request, res: Response, isOptional: boolean): Promise<object> {
  requireJson(req.get('content-type'));
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error: unknown) => (error ? reject(error) : resolve()));
  });
  const isEmpty = !Buffer.isBuffer(req.body) || req.body.length === 0;
  if (isEmpty && isOptional) return {};
  const body = parseObject(req.body);
  if (req.body.length > LARGE_BODY_BYTES) await setImmediate();
  return body;
}

function requireJson(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const isJson = JSON_TYPE.test(type.trim()) && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
  if (!isJson) throw new AppError('unsupported_media_type', 'a request body must be application/json in UTF-8');
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
  return new AppError('unprocessable', 'Invalid request body');
}
