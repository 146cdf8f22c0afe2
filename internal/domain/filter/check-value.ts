import { parseIpAddress } from '../egress/ip-address.js';
import { isWithin } from '../egress/ip-range.js';
import type { Check, Condition, Order, TextCheck, Truth } from './condition.js';
import { isLike } from './like.js';
import { isSame } from './same-value.js';
import { isEqual, isInOrder } from './scalars.js';
import { collectFrom } from './values/collect-values.js';
import { JsonValue } from './values/json-value.js';
import type { Scalar } from './values/scalar.js';
import { keyOf, type ScalarKey } from './values/scalar-key.js';
import { type ElementList, type Found, type Source, UNKNOWN, type Value } from './values/value.js';
import type { WantedPaths } from './values/wanted-paths.js';

type Evaluate = (condition: Condition, source: Source) => Truth;

/** Checks the value at one path. A missing value fails every check. */
export function checkValue(found: Found, check: Check, source: Source, evaluate: Evaluate): Truth {
  if (found === undefined) return false;
  if (found === UNKNOWN) return undefined;
  switch (check.is) {
    case 'equal':
      if (found.list) return found.list.keys.has(keyOf(check.to)) || certain(found.list);
      return someScalar(found, (scalar) => isEqual(scalar, check.to));
    case 'listed':
      if (found.list) return hasOneOf(found.list, check.in);
      return someScalar(found, (scalar) => check.in.has(keyOf(scalar)));
    case 'ordered':
      return isOrdered(found, check.order, check.bound);
    case 'like_field':
      return isLikeField(found, check.order, source.at(check.path));
    case 'text':
      return someScalar(found, (scalar) => typeof scalar === 'string' && hasText(scalar, check));
    case 'within':
      return someScalar(found, (scalar) => {
        const address = typeof scalar === 'string' ? parseIpAddress(scalar) : undefined;
        return address !== undefined && isWithin(address, check.ranges);
      });
    case 'there':
      return true;
    case 'typed':
      return check.types.has(found.type);
    case 'sized':
      return found.list?.size === check.size;
    case 'same':
      return isSame(found, check.as);
    case 'element':
      if (isTooLarge(found)) return undefined;
      return someElement(found, (element) => evaluate(check.condition, elementSource(element, check.paths)));
    default:
      return check satisfies never;
  }
}

/** The elements of a larger array are not searched for members: each condition with `$elem` scans them again. */
const MAX_SEARCHED_BYTES = 64 * 1024;

const isTooLarge = (value: Value) => value instanceof JsonValue && value.end - value.start > MAX_SEARCHED_BYTES;

/** An array has an element above a number if its largest number is. */
function isOrdered(value: Value, order: Order, bound: Scalar): Truth {
  const { list } = value;
  if (!list || typeof bound === 'string') return someScalar(value, (scalar) => isInOrder(scalar, order, bound));
  const { numbers } = list;
  const limit = order === 'above' || order === 'from' ? numbers?.most : numbers?.least;
  return (limit !== undefined && isInOrder(limit, order, bound)) || certain(list);
}

function hasOneOf(list: ElementList, wanted: ReadonlySet<ScalarKey>): Truth {
  const { keys } = list;
  const [fewer, more] = keys.size < wanted.size ? [keys, wanted] : [wanted, keys];
  for (const key of fewer) if (more.has(key)) return true;
  return certain(list);
}

/** The answer if no element that is looked at fulfils a condition. */
const certain = ({ isWhole }: ElementList): Truth => (isWhole ? false : undefined);

/** A scalar fulfils a condition, or one element of an array does. */
function someScalar(value: Value, isFulfilled: (scalar: Scalar) => boolean): Truth {
  if (value.list === undefined) return value.scalar !== undefined && isFulfilled(value.scalar);
  return someElement(value, ({ scalar }) => scalar !== undefined && isFulfilled(scalar));
}

function someElement({ list }: Value, isFulfilled: (element: Value) => Truth): Truth {
  if (list === undefined) return false;
  let truth = certain(list);
  for (const element of list.elements) {
    const found = isFulfilled(element);
    if (found === true) return true;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

function elementSource(element: Value, paths: WantedPaths): Source {
  if (!(element instanceof JsonValue)) return { at: (path) => (path === '' ? element : undefined) };
  const values = collectFrom(element.bytes, element.start, paths.root)?.values;
  return { at: (path) => values?.get(path) };
}

function isLikeField(value: Value, order: Order | 'equal', other: Found): Truth {
  if (other === undefined) return false;
  if (other === UNKNOWN) return undefined;
  const isFulfilled = (left: Scalar, right: Scalar) =>
    order === 'equal' ? isEqual(left, right) : isInOrder(left, order, right);
  if (other.list === undefined) {
    const { scalar: right } = other;
    return right !== undefined && someScalar(value, (left) => isFulfilled(left, right));
  }
  return someElement(other, ({ scalar: right }) =>
    right === undefined ? false : someScalar(value, (left) => isFulfilled(left, right)),
  );
}

function hasText(scalar: string, { part, texts, ignoresCase }: TextCheck): boolean {
  const text = ignoresCase ? scalar.toLowerCase() : scalar;
  switch (part) {
    case 'whole':
      return texts.includes(text);
    case 'start':
      return texts.some((wanted) => text.startsWith(wanted));
    case 'end':
      return texts.some((wanted) => text.endsWith(wanted));
    case 'part':
      return texts.some((wanted) => text.includes(wanted));
    case 'pattern':
      return texts.some((wanted) => isLike(text, wanted));
    default:
      return part satisfies never;
  }
}
