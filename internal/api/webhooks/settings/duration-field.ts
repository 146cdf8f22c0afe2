import { z } from 'zod';
import { durationPattern, formatDuration, parseDuration } from '../../../domain/text/duration.js';
import { boundedText } from '../../bodies/bounds.js';
import { documented, type OperatorLimits } from '../../operator-limits.js';

const MAX_LENGTH = 64;

interface Meaning {
  readonly description: string;
  readonly example: string;
  /** Narrower bounds from the configuration. */
  readonly allowed?: (limits: OperatorLimits) => { readonly minMs?: number; readonly maxMs?: number };
}

/** A duration within bounds, written `500ms`, `5s`, `5m`, `2h` or `1d`. It is parsed to milliseconds. */
export function durationField(minMs: number, maxMs: number, { description, example, allowed }: Meaning) {
  const field = boundedText(MAX_LENGTH, 'must be a duration such as "500ms", "5s", "5m", "2h" or "1d"')
    .transform((written, context) => {
      const read = parseDuration(written);
      const problem = read.ok ? outOf(read.value, minMs, maxMs) : read.problem;
      if (read.ok && !problem) return read.value;
      context.addIssue({ code: 'custom', message: problem ?? 'is not a duration' });
      return z.NEVER;
    })
    .pipe(z.number())
    .meta({
      type: 'string',
      maxLength: MAX_LENGTH,
      pattern: durationPattern(minMs, maxMs),
      description: `${description} From ${formatDuration(minMs)} to ${formatDuration(maxMs)}.`,
      example,
    });
  return allowed ? field.register(documented, { under: (limits) => narrower(allowed(limits)) }) : field;

  function narrower({ minMs: least = minMs, maxMs: most = maxMs }: ReturnType<NonNullable<typeof allowed>>) {
    const pattern = durationPattern(Math.max(least, minMs), Math.min(most, maxMs));
    if (new RegExp(pattern).test(example)) return { pattern };
    return { pattern, example: formatDuration(least > minMs ? least : most) };
  }
}

function outOf(ms: number, minMs: number, maxMs: number): string | undefined {
  if (ms >= minMs && ms <= maxMs) return undefined;
  return `must be from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
}
