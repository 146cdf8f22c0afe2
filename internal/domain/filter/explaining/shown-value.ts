import { Decimal } from '../values/decimal.js';
import type { Scalar } from '../values/scalar.js';
import type { Value } from '../values/value.js';
import { decimalText } from './decimal-text.js';

/** A value in an answer, as JSON. */
export type ShownJson =
  | string
  | number
  | boolean
  | null
  | readonly ShownJson[]
  | { readonly [name: string]: ShownJson };

/** The shown part of a text or of a number, in characters, and of an array, in elements. */
export const MAX_SHOWN_CHARACTERS = 200;
export const MAX_SHOWN_ELEMENTS = 10;
/** Replaces the rest of a value that is shown in part. */
const MORE = '…';

/** A value of a message, of a bounded size. Objects, and arrays inside of arrays, are shown by their type. */
export function shownValue(value: Value): ShownJson {
  const { list } = value;
  return list === undefined ? shownPlain(value) : shownList(list.elements, list.size, shownPlain);
}

function shownPlain({ type, scalar }: Value): ShownJson {
  return scalar === undefined ? { $type: type } : shownScalar(scalar);
}

export function shownScalar(scalar: Scalar): ShownJson {
  if (typeof scalar === 'string') return shortened(scalar);
  return scalar instanceof Decimal ? { $number: shortened(decimalText(scalar)) } : scalar;
}

/** @param size the number of items, of which the first ones are at hand */
export function shownList<T>(items: readonly T[], size: number, show: (item: T) => ShownJson): readonly ShownJson[] {
  const shown = items.slice(0, MAX_SHOWN_ELEMENTS).map(show);
  return size > shown.length ? [...shown, MORE] : shown;
}

function shortened(text: string): string {
  if (text.length <= MAX_SHOWN_CHARACTERS) return text;
  // A character of two units is not cut in two.
  const last = text.charCodeAt(MAX_SHOWN_CHARACTERS - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? MAX_SHOWN_CHARACTERS - 1 : MAX_SHOWN_CHARACTERS;
  return text.slice(0, end) + MORE;
}
