/** The middle one; of two middles the lower, so that it is one that was measured. */
export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** By nearest rank. The values must be in order; NaN of none. */
export function quantile(ordered: ArrayLike<number>, share: number): number {
  return ordered[Math.max(0, Math.ceil(ordered.length * share) - 1)] ?? Number.NaN;
}

/** `12,345`, `12.3`, `1.23`: three digits that matter are enough here. */
export function spell(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
