/** A count that must not grow, on any machine. */
export interface BoundedCount {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
  /** The meaning of a larger count, and where to look for the cause. */
  readonly worse: string;
}

export const isWithinBound = ({ value, atMost }: BoundedCount) => value <= atMost;

/**
 * A busy machine can make a count larger but never smaller, so the lower of two measurements is nearer to the truth.
 */
export function lower(
  one: readonly BoundedCount[],
  other: readonly BoundedCount[] | undefined,
): readonly BoundedCount[] {
  return one.map((count, index) => ({ ...count, value: Math.min(count.value, other?.[index]?.value ?? count.value) }));
}
