import { z } from 'zod';
import { formatDuration } from '../../domain/duration.js';
import type { RetrySchedule, RetrySettings } from '../../domain/webhook-settings.js';
import { durationField } from './duration-field.js';

const DAY_MS = 86_400_000;
const MOST_TRIES = 100;
const wait = durationField(1, 30 * DAY_MS);
const tries = z.int().min(0).max(MOST_TRIES);

const schedule = z.union([
  z
    .array(wait)
    .max(MOST_TRIES)
    .meta({ description: 'the waits, one a retry', example: ['5s', '5m', '2h'] }),
  z.strictObject({ start: wait, factor: z.number().min(1).max(100).default(2), cap: wait, tries }),
  z.strictObject({ constant: wait, tries }),
]);

/** `{"schedule": ["5s","5m"], "jitter": 0.2, "max_age": "1d", "final_statuses": [400]}`, each of them optional. */
export const retryField = z
  .strictObject({
    schedule: schedule.optional(),
    jitter: z.number().min(0).max(1).optional(),
    max_age: durationField(1000, 365 * DAY_MS).optional(),
    final_statuses: z.array(z.int().min(300).max(599)).max(50).optional(),
  })
  .transform(
    (given): RetrySettings => ({
      ...(given.schedule && { schedule: toSchedule(given.schedule) }),
      ...(given.jitter !== undefined && { jitter: given.jitter }),
      ...(given.max_age !== undefined && { maxAgeMs: given.max_age }),
      ...(given.final_statuses && { finalStatuses: [...new Set(given.final_statuses)] }),
    }),
  );

function toSchedule(given: z.output<typeof schedule>): RetrySchedule {
  if (Array.isArray(given)) return { kind: 'waits', waitsMs: given };
  if ('constant' in given) return { kind: 'constant', waitMs: given.constant, tries: given.tries };
  return { kind: 'exponential', startMs: given.start, factor: given.factor, capMs: given.cap, tries: given.tries };
}

export const retryAnswer = z.object({
  schedule: z
    .union([
      z.array(z.string()),
      z.object({ start: z.string(), factor: z.number(), cap: z.string(), tries: z.int() }),
      z.object({ constant: z.string(), tries: z.int() }),
    ])
    .optional(),
  jitter: z.number().optional(),
  max_age: z.string().optional(),
  final_statuses: z.array(z.int()).optional(),
});

export function retryJson({
  schedule: kept,
  jitter,
  maxAgeMs,
  finalStatuses,
}: RetrySettings): z.input<typeof retryAnswer> {
  return {
    schedule: kept && scheduleJson(kept),
    jitter,
    max_age: maxAgeMs === undefined ? undefined : formatDuration(maxAgeMs),
    final_statuses: finalStatuses && [...finalStatuses],
  };
}

function scheduleJson(kept: RetrySchedule) {
  switch (kept.kind) {
    case 'waits':
      return kept.waitsMs.map(formatDuration);
    case 'constant':
      return { constant: formatDuration(kept.waitMs), tries: kept.tries };
    case 'exponential':
      return {
        start: formatDuration(kept.startMs),
        factor: kept.factor,
        cap: formatDuration(kept.capMs),
        tries: kept.tries,
      };
    default:
      return kept satisfies never;
  }
}
