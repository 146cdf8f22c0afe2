/** A count that must not grow, on any machine. */
export interface Held {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
  /** The meaning of a larger count, and where to look for the cause. */
  readonly worse: string;
}

export const holds = ({ value, atMost }: Held) => value <= atMost;

/**
 * A busy machine can make a count larger but never smaller, so the lower of two measurements is nearer to the truth.
 */
export function lower(one: readonly Held[], other: readonly Held[] | undefined): readonly Held[] {
  return one.map((held, index) => ({ ...held, value: Math.min(held.value, other?.[index]?.value ?? held.value) }));
}
