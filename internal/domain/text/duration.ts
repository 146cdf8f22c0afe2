import { numberPattern } from '../number-pattern.js';
import { echo } from './echo.js';
import { type Parsed, parsed, refused } from './parsed.js';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const MAX_MS = 3650 * UNIT_MS.d;

/**
 * Parses `500ms`, `5s`, `5m`, `2h`, `1d` (a decimal fraction is allowed) into whole milliseconds, at most ten years.
 */
export function parseDuration(text: string): Parsed<number> {
  const match = DURATION.exec(text.trim());
  const unit = match?.[2] as keyof typeof UNIT_MS | undefined;
  if (!match || !unit) return refused(`"${echo(text)}" is not a duration such as 500ms, 5s, 5m, 2h or 1d`);
  const ms = Math.round(Number(match[1]) * UNIT_MS[unit]);
  return ms <= MAX_MS ? parsed(ms) : refused(`"${echo(text)}" is longer than ten years`);
}

/** Parses `5s,5m,2h`: a list of durations, which may be empty. */
export function parseDurations(text: string): Parsed<readonly number[]> {
  const list: number[] = [];
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const one = parseDuration(part);
    if (!one.ok) return one;
    list.push(one.value);
  }
  return parsed(list);
}

/** Returns a regular expression for durations within bounds, in whole numbers as `formatDuration` writes them. */
export function durationPattern(minMs: number, maxMs: number): string {
  const forms = Object.entries(UNIT_MS).flatMap(([unit, ms]) => {
    const numbers = numberPattern(Math.ceil(minMs / ms), Math.floor(maxMs / ms));
    return numbers === '' ? [] : [`(?:${numbers})${unit}`];
  });
  return `^(?:${forms.join('|')})$`;
}

/** Formats milliseconds in the largest unit that divides them: 15000 becomes `15s`. */
export function formatDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms >= UNIT_MS[name] && ms % UNIT_MS[name] === 0) ?? 'ms';
  return `${ms / UNIT_MS[unit]}${unit}`;
}
