import type { RateLimit } from '../matching/webhook-settings.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
export const RATE_FORM = /^([1-9][0-9]{0,5})\/(second|minute|hour)$/;

/** Reads `10/second`, `100/minute`, `1000/hour`. */
export function parseRate(text: string): Parsed<RateLimit> {
  const [, count, unit] = RATE_FORM.exec(text) ?? [];
  if (count === undefined) return refused('is written as 10/second, 100/minute or 1000/hour');
  return parsed({ count: Number(count), perMs: PER_MS[unit as keyof typeof PER_MS] });
}

export function formatRate({ count, perMs }: RateLimit): string {
  const unit = Object.entries(PER_MS).find(([, ms]) => ms === perMs)?.[0];
  return `${count}/${unit}`;
}
