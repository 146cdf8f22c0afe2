import { z } from 'zod';
import { DURATION, formatDuration, parseDuration } from '../../domain/duration.js';
import { boundedText } from '../bounds.js';

const LONGEST = 64;

interface Meaning {
  readonly description: string;
  readonly example: string;
}

/** A duration within bounds, written `500ms`, `5s`, `5m`, `2h`, `1d`; milliseconds inside. */
export function durationField(leastMs: number, mostMs: number, { description, example }: Meaning) {
  return boundedText(LONGEST)
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
      pattern: DURATION.source,
      description: `${description}; ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`,
      example,
    });
}

function outOf(ms: number, leastMs: number, mostMs: number): string | undefined {
  if (ms >= leastMs && ms <= mostMs) return undefined;
  return `must be from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
}
