/** A count that may not grow, whatever machine it is taken on. */
export interface Held {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
  /** What a larger one means, and where to look. */
  readonly worse: string;
}

export const holds = ({ value, atMost }: Held) => value <= atMost;

/** A busy machine can make a count larger, never smaller: of two measurements the lower one is nearer to the program. */
export function lower(one: readonly Held[], other: readonly Held[] | undefined): readonly Held[] {
  return one.map((held, index) => ({ ...held, value: Math.min(held.value, other?.[index]?.value ?? held.value) }));
}
