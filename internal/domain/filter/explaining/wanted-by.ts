import { namesOf } from '../../message/json-pointer.js';
import type { Check, Condition, Literal, Order, TextCheck, TextPart } from '../condition.js';
import { Decimal } from '../values/decimal.js';
import { scalarOf } from '../values/scalar-key.js';
import { type ShownJson, shownList, shownScalar } from './shown-value.js';

const OPERATORS: Readonly<Record<Order | 'equal', string>> = {
  equal: '$eq',
  above: '$gt',
  from: '$gte',
  below: '$lt',
  until: '$lte',
};
const TEXT_OPERATORS: Readonly<Record<TextPart, string>> = {
  whole: '$eq',
  start: '$prefix',
  end: '$suffix',
  part: '$contains',
  pattern: '$like',
};
const NEGATIONS: ReadonlyMap<string, string> = new Map([
  ['$eq', '$ne'],
  ['$in', '$nin'],
]);

/**
 * A check in the language of filters, of a bounded size: `{"$gte": 100}`. It is written from the compiled check, so
 * that no filter keeps its text in parts.
 */
export function wantedBy(check: Check, isNegated = false): ShownJson {
  const [operator, operand] = writtenOf(check);
  if (!isNegated) return { [operator]: operand };
  if (check.is === 'there') return { $exists: false };
  const negation = NEGATIONS.get(operator);
  return negation === undefined || check.is === 'text' ? { $not: { [operator]: operand } } : { [negation]: operand };
}

function writtenOf(check: Check): readonly [operator: string, operand: ShownJson] {
  switch (check.is) {
    case 'equal':
      return ['$eq', shownScalar(check.to)];
    case 'listed':
      return ['$in', shownList([...check.in], check.in.size, (key) => shownScalar(scalarOf(key)))];
    case 'ordered':
      return [OPERATORS[check.order], shownScalar(check.bound)];
    case 'like_field':
      return [OPERATORS[check.order], { $field: check.path }];
    case 'text':
      return textOperator(check);
    case 'within':
      return ['$cidr', oneOrList(check.ranges.map(({ text }) => text))];
    case 'there':
      return ['$exists', true];
    case 'typed':
      return ['$type', oneOrList([...check.types])];
    case 'sized':
      return ['$size', check.size];
    case 'same':
      return ['$literal', shownLiteral(check.as)];
    case 'element':
      return ['$elem', conditionJson(check.condition)];
    default:
      return check satisfies never;
  }
}

function textOperator({ part, texts, ignoresCase }: TextCheck): readonly [string, ShownJson] {
  const operand = oneOrList(texts);
  return ignoresCase ? ['$ci', { [TEXT_OPERATORS[part]]: operand }] : [TEXT_OPERATORS[part], operand];
}

function oneOrList(texts: readonly string[]): ShownJson {
  const [only] = texts;
  return texts.length === 1 && only !== undefined ? shownScalar(only) : shownList(texts, texts.length, shownScalar);
}

function shownLiteral(literal: Literal): ShownJson {
  if (literal instanceof Map)
    return Object.fromEntries([...literal].slice(0, MAX_MEMBERS).map(([name, one]) => [name, shownLiteral(one)]));
  if (Array.isArray(literal)) return shownList<Literal>(literal, literal.length, shownLiteral);
  return isScalar(literal) ? shownScalar(literal) : { $type: 'object' };
}

const MAX_MEMBERS = 10;
const isScalar = (literal: Literal) => typeof literal !== 'object' || literal === null || literal instanceof Decimal;

/** The condition of `$elem`, whose paths begin at the element. */
function conditionJson(condition: Condition): ShownJson {
  switch (condition.kind) {
    case 'all':
      return { $and: shownList(condition.of, condition.of.length, conditionJson) };
    case 'any':
      return { $or: shownList(condition.of, condition.of.length, conditionJson) };
    case 'not':
      return { $not: conditionJson(condition.of) };
    case 'test':
      return namesOf(condition.path).reduceRight<ShownJson>(
        (inner, name) => ({ [name.startsWith('$') ? `$${name}` : name]: inner }),
        wantedBy(condition.check),
      );
    default:
      return condition satisfies never;
  }
}
