import { Decimal, parseExact } from './decimal.js';
import type { Scalar } from './scalar.js';

export type ScalarKey = string | number | boolean | null;

const QUOTED = '"';

/**
 * A key of a map or a set that equal scalars share, and no others. Only a text that could be mistaken for a long number
 * gets another text, so that others need none.
 */
export function keyOf(scalar: Scalar): ScalarKey {
  if (scalar instanceof Decimal) return `#${scalar.key}`;
  if (typeof scalar === 'string' && (scalar.startsWith('#') || scalar.startsWith(QUOTED))) return QUOTED + scalar;
  return scalar;
}

/** The scalar of a key. */
export function scalarOf(key: ScalarKey): Scalar {
  if (typeof key !== 'string') return key;
  if (key.startsWith(QUOTED)) return key.slice(1);
  return key.startsWith('#') ? (parseExact(key.slice(1)) ?? key) : key;
}
