import type { Literal } from '../condition.js';
import { Decimal, type Exact, MAX_DOUBLE_DIGITS, parseExact } from '../values/decimal.js';
import type { Scalar } from '../values/scalar.js';
import { Part } from './refusal.js';

const SCALAR = 'a string, a number, true, false or null';
const LONG_NUMBER =
  'has more than 15 digits, which JSON parsers round; write it as a text: {"$number": "9007199254740993"}';

export function parseScalar(part: Part): Scalar {
  const { json } = part;
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number') return parseNumber(part, json);
  if (isNumberObject(json)) return parseLongNumber(part, json.$number);
  return part.refuse(`must be ${SCALAR}`);
}

/** `{"$number": "…"}`, by which a number of any length is written. */
export function isNumberObject(json: unknown): json is { readonly $number: unknown } {
  return typeof json === 'object' && json !== null && Object.keys(json).join() === '$number';
}

/** A number of at most 15 digits has only one shortest text, so that the written number is known. */
function parseNumber(part: Part, json: number): Exact {
  const exact = parseExact(String(json));
  const isLong = exact === undefined || (exact instanceof Decimal && exact.digits.length > MAX_DOUBLE_DIGITS);
  return isLong ? part.refuse(LONG_NUMBER) : exact;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function parseLongNumber(part: Part, text: unknown): Exact {
  const exact = typeof text === 'string' && JSON_NUMBER.test(text) ? parseExact(text) : undefined;
  return exact ?? part.refuse('$number must be a text with a number as JSON writes it, such as "9007199254740993"');
}

/** A value that is compared as a whole. It may have any names of members. */
export function parseLiteral(part: Part): Literal {
  const { json, at } = part;
  if (Array.isArray(json)) return json.map((element, index) => parseLiteral(new Part(element, `${at}/${index}`)));
  if (typeof json !== 'object' || json === null || isNumberObject(json)) return parseScalar(part);
  return new Map(Object.entries(json).map(([name, value]) => [name, parseLiteral(new Part(value, `${at}/${name}`))]));
}
