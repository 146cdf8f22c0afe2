import { Items } from '../message/json-members.js';
import type { Literal, Truth } from './condition.js';
import { isEqual } from './scalars.js';
import { JsonValue, textAt } from './values/json-value.js';
import type { Value } from './values/value.js';

/** A larger value is not compared as a whole. A filter has at most 16 KiB, and JSON writes a character in 6 bytes. */
const MAX_COMPARED_BYTES = 128 * 1024;

/** Whether a value is that of the literal, as a whole. The last of two members counts. */
export function isSame(value: Value, literal: Literal): Truth {
  if (isList(literal)) {
    const { list } = value;
    if (list === undefined || list.size !== literal.length) return false;
    return all(literal, (one, index) => {
      const element = list.elements[index];
      return element && isSame(element, one);
    });
  }
  if (isMembers(literal)) return hasMembers(value, literal);
  return value.scalar !== undefined && isEqual(value.scalar, literal);
}

function hasMembers(value: Value, literal: ReadonlyMap<string, Literal>): Truth {
  if (!(value instanceof JsonValue) || value.type !== 'object') return false;
  if (value.end - value.start > MAX_COMPARED_BYTES) return undefined;
  const members = membersOf(value);
  if (members.size !== literal.size) return false;
  return all([...literal], ([name, wanted]) => {
    const member = members.get(name);
    return member ? isSame(member, wanted) : false;
  });
}

function membersOf({ bytes, start }: JsonValue): ReadonlyMap<string, Value> {
  const members = new Map<string, Value>();
  const items = new Items(bytes, start);
  for (let from = items.at; from !== undefined; from = items.at) {
    const head = items.nameAt(from);
    if (!head) break;
    const end = items.valueEnd(head.start);
    members.set(textAt(bytes, from, head.nameEnd), new JsonValue(bytes, head.start, end));
    items.pass(end);
  }
  return members;
}

function all<T>(items: readonly T[], isFulfilled: (item: T, index: number) => Truth): Truth {
  let truth: Truth = true;
  for (const [index, item] of items.entries()) {
    const found = isFulfilled(item, index);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

const isList = (literal: Literal): literal is readonly Literal[] => Array.isArray(literal);
const isMembers = (literal: Literal): literal is ReadonlyMap<string, Literal> => literal instanceof Map;
