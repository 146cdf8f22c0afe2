import { type Parsed, parsed, refused } from '../internal/domain/text/parsed.js';

const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Reads `500B`, `64KiB`, `64MiB`, `2GiB`, or a bare number of bytes. */
export function parseByteSize(text: string): Parsed<number> {
  const match = /^(\d{1,12})\s*(B|KiB|MiB|GiB)?$/.exec(text.trim());
  if (!match) return refused(`"${text}" is not a size such as 500B, 64KiB, 64MiB or 2GiB`);
  return parsed(Number(match[1]) * UNITS[(match[2] ?? 'B') as keyof typeof UNITS]);
}

/** Writes a number of bytes in the largest unit in which it is whole. */
export function formatByteSize(bytes: number): string {
  const [unit, factor] = Object.entries(UNITS).findLast(([, factor]) => bytes % factor === 0) ?? ['B', 1];
  return bytes === 0 ? '0' : `${bytes / factor}${unit}`;
}
