import type { Order } from './condition.js';
import { compareText } from './values/compare-text.js';
import { compareExact, Decimal } from './values/decimal.js';
import type { Scalar } from './values/scalar.js';

export function isEqual(one: Scalar, other: Scalar): boolean {
  return one === other || (one instanceof Decimal && other instanceof Decimal && compareExact(one, other) === 0);
}

/** Texts are compared with texts, and numbers with numbers. */
export function isInOrder(scalar: Scalar, order: Order, bound: Scalar): boolean {
  const difference = differenceOf(scalar, bound);
  switch (order) {
    case 'above':
      return difference > 0;
    case 'from':
      return difference >= 0;
    case 'below':
      return difference < 0;
    case 'until':
      return difference <= 0;
    default:
      return order satisfies never;
  }
}

/** NaN if the two have no order. */
function differenceOf(one: Scalar, other: Scalar): number {
  if (typeof one === 'string') return typeof other === 'string' ? compareText(one, other) : Number.NaN;
  return isNumber(one) && isNumber(other) ? compareExact(one, other) : Number.NaN;
}

const isNumber = (scalar: Scalar): scalar is number | Decimal =>
  typeof scalar === 'number' || scalar instanceof Decimal;
