import { parseIpRange } from '../../egress/ip-range.js';
import { allOf, type Check, type Condition, not, type Order } from '../condition.js';
import { pathsOf } from '../paths-of.js';
import { keyOf } from '../values/scalar-key.js';
import { JSON_TYPES, type JsonType } from '../values/value.js';
import type { Operator } from './operators.js';
import { parseLiteral, parseScalar } from './parse-scalar.js';
import { parseIgnoringCase, parseTexts, textsOf } from './parse-texts.js';
import { MAX_CONDITIONS, type Place, placeIn } from './place.js';
import type { Part } from './refusal.js';

export const MAX_LISTED = 1000;
const MAX_SIZE = 2 ** 31;
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

/** Parses the value of a member as a condition about a place. */
type Parse = (part: Part, place: Place) => Condition;
type ParseWith = (part: Part, place: Place, parse: Parse) => Condition;

const PARSERS: Readonly<Record<Operator, ParseWith>> = {
  $eq: (part, place) => compared(part, place, 'equal'),
  $ne: (part, place) => not(compared(part, place, 'equal')),
  $in: (part, place) => listed(part, place),
  $nin: (part, place) => not(listed(part, place)),
  $gt: (part, place) => compared(part, place, 'above'),
  $gte: (part, place) => compared(part, place, 'from'),
  $lt: (part, place) => compared(part, place, 'below'),
  $lte: (part, place) => compared(part, place, 'until'),
  $prefix: (part, place) => test(part, place, parseTexts(part, 'start')),
  $suffix: (part, place) => test(part, place, parseTexts(part, 'end')),
  $contains: (part, place) => test(part, place, parseTexts(part, 'part')),
  $like: (part, place) => test(part, place, parseTexts(part, 'pattern')),
  $ci: (part, place) => allOf(parseIgnoringCase(part).map((check) => test(part, place, check))),
  $exists: exists,
  $type: (part, place) => test(part, place, { is: 'typed', types: new Set(textsOf(part).map(typeOf)) }),
  $size: (part, place) => test(part, place, { is: 'sized', size: sizeOf(part) }),
  $all: (part, place) =>
    allOf(
      part
        .entries(MAX_CONDITIONS, 'a list of values')
        .map((entry) => test(entry, place, { is: 'equal', to: parseScalar(entry) })),
    ),
  $elem: (part, place, parse) => {
    const condition = parse(part, placeIn('', place.count));
    return test(part, place, { is: 'element', condition, paths: pathsOf(condition) });
  },
  $and: (part, place, parse) => allOf(conditions(part, place, parse)),
  $or: (part, place, parse) => ({ kind: 'any', of: conditions(part, place, parse) }),
  $not: (part, place, parse) => not(parse(part, place)),
  $cidr: (part, place) => test(part, place, { is: 'within', ranges: textsOf(part).map(rangeOf) }),
  $field: (part) => part.refuse('belongs behind $eq, $ne, $gt, $gte, $lt or $lte: {"$gt": {"$field": "/limit"}}'),
  $literal: (part, place) => test(part, place, { is: 'same', as: parseLiteral(part) }),
  $number: (part) => part.refuse('is a value, with no other operators beside it'),
};

export function parseOperator(operator: Operator, part: Part, place: Place, parse: Parse): Condition {
  return PARSERS[operator](part, place, parse);
}

function test(part: Part, { path, count, isNoValue }: Place, check: Check): Condition {
  if (isNoValue !== undefined) return part.refuse(isNoValue);
  return count() ? { kind: 'test', path, check } : part.refuse(`a filter has at most ${MAX_CONDITIONS} conditions`);
}

function conditions(part: Part, place: Place, parse: Parse): readonly Condition[] {
  return part.entries(MAX_CONDITIONS, 'a list of conditions').map((entry) => parse(entry, place));
}

function compared(part: Part, place: Place, order: Order | 'equal'): Condition {
  const path = fieldOf(part);
  if (path !== undefined) return test(part, place, { is: 'like_field', order, path });
  const bound = parseScalar(part);
  if (order === 'equal') return test(part, place, { is: 'equal', to: bound });
  if (bound === null || typeof bound === 'boolean') return part.refuse('must be a number or a text');
  return test(part, place, { is: 'ordered', order, bound });
}

function fieldOf(part: Part): string | undefined {
  const { json } = part;
  if (typeof json !== 'object' || json === null || !('$field' in json)) return undefined;
  const { $field: pointer, ...others } = json;
  if (typeof pointer === 'string' && POINTER.test(pointer) && Object.keys(others).length === 0) return pointer;
  return part.refuse('$field must be a JSON pointer into the payload, such as {"$field": "/order/limit"}');
}

function listed(part: Part, place: Place): Condition {
  const scalars = part.entries(MAX_LISTED, 'a list of values').map(parseScalar);
  return test(part, place, { is: 'listed', in: new Set(scalars.map(keyOf)) });
}

function exists(part: Part, place: Place): Condition {
  if (typeof part.json !== 'boolean') return part.refuse('must be true or false');
  const there = test(part, place, { is: 'there' });
  return part.json ? there : not(there);
}

function sizeOf(part: Part): number {
  const { json } = part;
  const isSize = typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= MAX_SIZE;
  return isSize ? json : part.refuse('must be a whole number of elements');
}

function rangeOf(part: Part) {
  const range = parseIpRange(part.text('an address range'));
  return range.ok ? range.value : part.refuse(range.problem);
}

function typeOf(part: Part): JsonType {
  const type = JSON_TYPES.find((name) => name === part.json);
  return type ?? part.refuse(`must be one of ${JSON_TYPES.join(', ')}`);
}
