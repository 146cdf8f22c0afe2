/** Splits items into groups of at most this many bytes, with at least one item per group, in their order. */
export function bySize<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  mostBytes: number,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = mostBytes;
    }
    room -= bytes;
    groups.at(-1)?.push(item);
  }
  return groups;
}
