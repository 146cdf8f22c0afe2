import { z } from 'zod';
import { durationPattern, formatDuration, parseDuration } from '../../domain/duration.js';
import { boundedText } from '../bounds.js';
import { documented, type OperatorLimits } from '../operator-limits.js';

const LONGEST = 64;

interface Meaning {
  readonly description: string;
  readonly example: string;
  /** Narrower bounds from the configuration. */
  readonly allowed?: (limits: OperatorLimits) => { readonly leastMs?: number; readonly mostMs?: number };
}

/** A duration within bounds, written `500ms`, `5s`, `5m`, `2h`, `1d`; milliseconds inside. */
export function durationField(leastMs: number, mostMs: number, { description, example, allowed }: Meaning) {
  const field = boundedText(LONGEST)
    .transform((written, context) => {
      const read = parseDuration(written);
      const problem = read.ok ? outOf(read.value, leastMs, mostMs) : read.problem;
      if (read.ok && !problem) return read.value;
      context.addIssue({ code: 'custom', message: problem ?? 'is not a duration' });
      return z.NEVER;
    })
    .pipe(z.number())
    .meta({
      type: 'string',
      maxLength: LONGEST,
      pattern: durationPattern(leastMs, mostMs),
      description: `${description}; ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`,
      example,
    });
  return allowed ? field.register(documented, { under: (limits) => narrower(allowed(limits)) }) : field;

  function narrower({ leastMs: least = leastMs, mostMs: most = mostMs }: ReturnType<NonNullable<typeof allowed>>) {
    const pattern = durationPattern(Math.max(least, leastMs), Math.min(most, mostMs));
    if (new RegExp(pattern).test(example)) return { pattern };
    return { pattern, example: formatDuration(least > leastMs ? least : most) };
  }
}

function outOf(ms: number, leastMs: number, mostMs: number): string | undefined {
  if (ms >= leastMs && ms <= mostMs) return undefined;
  return `must be from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
}
