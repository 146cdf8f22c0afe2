import type { IpRange } from '../egress/ip-range.js';
import type { Scalar } from './values/scalar.js';
import type { ScalarKey } from './values/scalar-key.js';
import type { JsonType } from './values/value.js';
import type { WantedPaths } from './values/wanted-paths.js';

/** Undefined: the answer depends on a value that is not looked at. */
export type Truth = boolean | undefined;

/** A demand of a filter on messages. `not` is the exact negation, so that it holds for a missing value. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Test;

/** A check of the value at one path. It fails if there is no value. */
export interface Test {
  readonly kind: 'test';
  /** A JSON pointer into the payload, `headers/name-in-lower-case`, `subject`, or `subject/1`. */
  readonly path: string;
  readonly check: Check;
}

export type Order = 'above' | 'from' | 'below' | 'until';
export type TextPart = 'whole' | 'start' | 'end' | 'part' | 'pattern';

export type Check =
  | { readonly is: 'equal'; readonly to: Scalar }
  | { readonly is: 'listed'; readonly in: ReadonlySet<ScalarKey> }
  | { readonly is: 'ordered'; readonly order: Order; readonly bound: Scalar }
  /** A comparison with another value of the same payload. */
  | { readonly is: 'like_field'; readonly order: Order | 'equal'; readonly path: string }
  | TextCheck
  | { readonly is: 'within'; readonly ranges: readonly IpRange[] }
  | { readonly is: 'there' }
  | { readonly is: 'typed'; readonly types: ReadonlySet<JsonType> }
  | { readonly is: 'sized'; readonly size: number }
  | { readonly is: 'same'; readonly as: Literal }
  /** One element of an array fulfils a condition, whose paths begin at the element. */
  | { readonly is: 'element'; readonly condition: Condition; readonly paths: WantedPaths };

export interface TextCheck {
  readonly is: 'text';
  readonly part: TextPart;
  /** One of these suffices. If the case of letters is ignored, they are in lower case. */
  readonly texts: readonly string[];
  readonly ignoresCase: boolean;
}

/** A value that is compared as a whole. */
export type Literal = Scalar | readonly Literal[] | ReadonlyMap<string, Literal>;

export const allOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 1 && conditions[0] ? conditions[0] : { kind: 'all', of: conditions };
export const not = (of: Condition): Condition => ({ kind: 'not', of });
