/**
 * A number that needs more digits or a larger exponent than a double is exact for: ±0.DIGITS × 10^exponent. The digits
 * begin and end with another digit than 0.
 */
export class Decimal {
  constructor(
    readonly isNegative: boolean,
    readonly digits: string,
    readonly exponent: number,
  ) {}

  /** The same text for equal numbers. */
  get key(): string {
    return `${this.isNegative ? '-' : ''}0.${this.digits}e${this.exponent}`;
  }

  /** The nearest double. It keeps the order of numbers, but may make two of them equal. */
  get nearest(): number {
    return Number(this.key);
  }
}

/**
 * A number of at most 15 significant digits is a double: different ones have different doubles, in the same order.
 * Every other number is a `Decimal`, so that all of them are compared exactly.
 */
export type Exact = number | Decimal;

export const MAX_DOUBLE_DIGITS = 15;
/** Beyond this exponent a double has fewer digits, or is infinite. */
const MAX_DOUBLE_EXPONENT = 290;
/** The exponent of a number is an integer that a double holds. */
const MAX_EXPONENT_DIGITS = 15;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?)0*(\d*))?$/;

/** Reads a number of a JSON text. Undefined if it is none, or if its exponent has more than 15 digits. */
export function parseExact(text: string): Exact | undefined {
  const [, sign, whole = '', fraction = '', exponentSign, exponent = ''] = NUMBER.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const all = whole + fraction;
  const [from, until] = [firstDigit(all), lastDigit(all)];
  if (from > until) return 0;
  if (exponent.length > MAX_EXPONENT_DIGITS) return undefined;
  const scale = Number(`${exponentSign === '-' ? '-' : ''}${exponent || '0'}`);
  const decimal = new Decimal(sign === '-', all.slice(from, until + 1), whole.length - from + scale);
  return isDouble(decimal) ? decimal.nearest : decimal;
}

/** Below 0 if `one` is smaller, above 0 if it is larger. */
export function compareExact(one: Exact, other: Exact): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [left, right] = [signed(one), signed(other)];
  if (left.sign !== right.sign || left.sign === 0) return left.sign - right.sign;
  return left.sign * compareMagnitudes(left.decimal, right.decimal);
}

const isDouble = ({ digits, exponent }: Decimal) =>
  digits.length <= MAX_DOUBLE_DIGITS && Math.abs(exponent) <= MAX_DOUBLE_EXPONENT;

function compareMagnitudes(one: Decimal, other: Decimal): number {
  if (one.exponent !== other.exponent) return one.exponent - other.exponent;
  if (one.digits === other.digits) return 0;
  return one.digits < other.digits ? -1 : 1;
}

const ZERO = new Decimal(false, '', 0);

function signed(value: Exact): { readonly sign: number; readonly decimal: Decimal } {
  if (value === 0) return { sign: 0, decimal: ZERO };
  const decimal = typeof value === 'number' ? decimalOf(value) : value;
  return { sign: decimal.isNegative ? -1 : 1, decimal };
}

/** The shortest text of a double that has at most 15 digits is the number that was written. */
function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return new Decimal(value < 0, digits.slice(0, lastDigit(digits) + 1), Number(exponent) + 1);
}

const ZERO_CODE = 0x30;

function firstDigit(digits: string): number {
  let at = 0;
  while (digits.charCodeAt(at) === ZERO_CODE) at++;
  return at;
}

function lastDigit(digits: string): number {
  let at = digits.length - 1;
  while (digits.charCodeAt(at) === ZERO_CODE) at--;
  return at;
}
