import type { Decimal } from '../values/decimal.js';

const MAX_ZEROS = 5;

/** The number as JSON writes it, such as 9007199254740993 or 1e400. */
export function decimalText({ isNegative, digits, exponent }: Decimal): string {
  return (isNegative ? '-' : '') + unsigned(digits, exponent);
}

/** @param exponent of 0.DIGITS */
function unsigned(digits: string, exponent: number): string {
  if (exponent > 0 && exponent <= digits.length) {
    const fraction = digits.slice(exponent);
    return digits.slice(0, exponent) + (fraction && `.${fraction}`);
  }
  if (exponent <= 0 && exponent > -MAX_ZEROS) return `0.${'0'.repeat(-exponent)}${digits}`;
  const [first, rest] = [digits.slice(0, 1), digits.slice(1)];
  return `${first}${rest && `.${rest}`}e${exponent - 1}`;
}
