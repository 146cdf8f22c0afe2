import { echo } from '../../text/echo.js';
import { nearestWord } from '../../text/nearest-word.js';
import { allOf, type Condition } from '../condition.js';
import { isOperator, OPERATORS, type Operator } from './operators.js';
import { parseOperator } from './parse-operator.js';
import { isNumberObject } from './parse-scalar.js';
import type { Place } from './place.js';
import type { Part } from './refusal.js';

const CONDITION = 'a value, or an object of operators and names of members';
const NO_LIST = 'must not be a list; write {"$in": […]}, {"$all": […]} or {"$literal": […]}';

/** Parses a condition about the value at a place: a scalar, or an object of operators and names of members. */
export function parseCondition(part: Part, place: Place): Condition {
  const { json } = part;
  if (Array.isArray(json)) return part.refuse(NO_LIST);
  if (typeof json !== 'object' || json === null || isNumberObject(json))
    return parseOperator('$eq', part, place, parseCondition);
  return allOf(part.members(CONDITION).map(([name, member]) => parseMember(name, member, place)));
}

/** A name that begins with `$$` is that of a member whose name begins with `$`. */
function parseMember(name: string, part: Part, place: Place): Condition {
  if (name.startsWith('$') && !name.startsWith('$$'))
    return parseOperator(operatorOf(name, part), part, place, parseCondition);
  const member = place.member(name.startsWith('$$') ? name.slice(1) : name);
  return typeof member === 'string' ? part.refuse(member) : parseCondition(part, member);
}

export function operatorOf(name: string, part: Part): Operator {
  if (isOperator(name)) return name;
  if (name === '$regex') return part.refuse('there is no operator $regex; $like takes a pattern with *');
  const nearest = nearestWord(name, OPERATORS);
  const advice = nearest ? `did you mean ${nearest}?` : `the operators are ${OPERATORS.join(' ')}`;
  return part.refuse(`there is no operator ${echo(name)}; ${advice}`);
}
