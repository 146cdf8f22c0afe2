import type { Condition, Test } from '../condition.js';
import { Decimal } from '../values/decimal.js';
import type { Scalar } from '../values/scalar.js';
import { keyOf, type ScalarKey } from '../values/scalar-key.js';

/** A necessary condition of a filter, by which the filter is found. */
export type Entry =
  | { readonly path: string; readonly by: 'value'; readonly key: ScalarKey }
  | { readonly path: string; readonly by: 'start'; readonly text: string }
  /** The limits are the nearest doubles, so that numbers near them are found too. */
  | { readonly path: string; readonly by: 'range'; readonly from: number; readonly until: number };

/**
 * Returns the sets of entries of which each is necessary: no message fulfils the condition unless one entry of the set
 * applies to it. There is none for a condition such as `$exists` or `$not`.
 */
export function entrySets(condition: Condition): readonly (readonly Entry[])[] {
  switch (condition.kind) {
    case 'all':
      return [...rangesOf(condition.of), ...condition.of.flatMap(entrySets)];
    case 'any':
      return alternatives(condition.of.map(entrySets));
    case 'not':
      return [];
    case 'test':
      return entriesOf(condition);
    default:
      return condition satisfies never;
  }
}

/** An alternative applies if one of its parts does, so that each part must have a set. */
function alternatives(parts: readonly (readonly (readonly Entry[])[])[]): readonly (readonly Entry[])[] {
  const firsts = parts.map(([first]) => first);
  return firsts.every((first) => first !== undefined) ? [firsts.flat()] : [];
}

function entriesOf({ path, check }: Test): readonly (readonly Entry[])[] {
  switch (check.is) {
    case 'equal':
      return [[{ path, by: 'value', key: keyOf(check.to) }]];
    case 'listed':
      return [[...check.in].map((key): Entry => ({ path, by: 'value', key }))];
    case 'same':
      return isScalar(check.as) ? [[{ path, by: 'value', key: keyOf(check.as) }]] : [];
    case 'text': {
      if (check.ignoresCase || (check.part !== 'start' && check.part !== 'pattern')) return [];
      const starts = check.texts.map((text) => (check.part === 'start' ? text : (text.split('*', 1)[0] ?? '')));
      return starts.includes('') ? [] : [starts.map((text): Entry => ({ path, by: 'start', text }))];
    }
    case 'ordered': {
      const range = rangeOf(check.order, check.bound);
      return range ? [[{ path, by: 'range', ...range }]] : [];
    }
    default:
      return [];
  }
}

interface Range {
  readonly from: number;
  readonly until: number;
}

function rangeOf(order: 'above' | 'from' | 'below' | 'until', bound: Scalar): Range | undefined {
  const limit = bound instanceof Decimal ? bound.nearest : bound;
  if (typeof limit !== 'number') return undefined;
  const isLower = order === 'above' || order === 'from';
  return isLower ? { from: limit, until: Number.POSITIVE_INFINITY } : { from: Number.NEGATIVE_INFINITY, until: limit };
}

/** A lower and an upper limit of the same value make one range. */
function rangesOf(conditions: readonly Condition[]): readonly (readonly Entry[])[] {
  const byPath = new Map<string, Range>();
  for (const one of conditions) {
    const range = one.kind === 'test' && one.check.is === 'ordered' && rangeOf(one.check.order, one.check.bound);
    if (!range) continue;
    const { from, until } = byPath.get(one.path) ?? { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
    byPath.set(one.path, { from: Math.max(from, range.from), until: Math.min(until, range.until) });
  }
  return [...byPath].filter(([, range]) => isClosed(range)).map(([path, range]) => [{ path, by: 'range', ...range }]);
}

export const isClosed = ({ from, until }: Range) => Number.isFinite(from) && Number.isFinite(until);

const isScalar = (literal: unknown): literal is Scalar =>
  typeof literal !== 'object' || literal === null || literal instanceof Decimal;
