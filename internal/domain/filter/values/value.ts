import type { Exact } from './decimal.js';
import type { Scalar } from './scalar.js';
import type { ScalarKey } from './scalar-key.js';

export const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'array', 'object'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** The elements of an array. */
export interface ElementList {
  readonly size: number;
  /** The first elements, at most `MAX_ELEMENTS`. */
  readonly elements: readonly Value[];
  readonly isWhole: boolean;
  /** The keys of all scalars among the elements. */
  readonly keys: ReadonlySet<ScalarKey>;
  /** The smallest and the largest number among the elements. */
  readonly numbers: { readonly least: Exact; readonly most: Exact } | undefined;
}

/** A value of a message, as conditions see it. */
export interface Value {
  readonly type: JsonType;
  /** Undefined for an array or an object, and for a number whose exponent has more than 15 digits. */
  readonly scalar: Scalar | undefined;
  /** Undefined for everything but an array. */
  readonly list: ElementList | undefined;
}

/** A value that is not looked at, because it is too large or absent from the place of the decision. */
export const UNKNOWN = 'unknown';

/** The result of looking for a value. Undefined: there is none. */
export type Found = Value | typeof UNKNOWN | undefined;

/** The values to which the paths of a filter refer. */
export interface Source {
  at(path: string): Found;
}
