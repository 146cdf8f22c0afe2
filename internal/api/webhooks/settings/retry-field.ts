import { z } from 'zod';
import type { RetrySchedule, RetrySettings } from '../../../domain/matching/webhook-settings.js';
import { formatDuration } from '../../../domain/text/duration.js';
import { boundedList } from '../../bodies/bounds.js';
import { durationField } from './duration-field.js';

const DAY_MS = 86_400_000;
const MAX_TRIES = 100;
const MAX_STATUSES = 50;
const wait = (description: string, example: string) =>
  durationField(1, 30 * DAY_MS, {
    description,
    example,
    allowed: ({ ceilings }) => ({ minMs: ceilings.minRetryWaitMs }),
  });
const tries = z.int().min(0).max(MAX_TRIES).meta({ description: 'Number of retries.', example: 10 });

const schedule = z.union(
  [
    boundedList(wait('A wait between two attempts.', '5s'), MAX_TRIES).meta({
      description: 'The waits, one per retry.',
      example: ['5s', '5m', '2h'],
    }),
    z.strictObject({
      start: wait('The first wait.', '1s'),
      factor: z
        .number()
        .min(1)
        .max(100)
        .default(2)
        .meta({ description: 'The factor by which each wait is longer than the previous one.', example: 2 }),
      cap: wait('The maximum wait.', '1h'),
      tries,
    }),
    z.strictObject({ constant: wait('The wait before each retry.', '1m'), tries }),
  ],
  'must be waits such as ["5s", "5m"], {"start": "1s", "factor": 2, "cap": "1h", "tries": 10} or {"constant": "30s", "tries": 5}',
);

/** `{"schedule": ["5s","5m"], "jitter": 0.2, "max_age": "1d", "final_statuses": [400]}`. Each member is optional. */
export const retryField = z
  .strictObject({
    schedule: schedule.optional().meta({
      description: 'Waits between attempts, each at least MIN_RETRY_WAIT. Default: RETRY_SCHEDULE.',
      example: ['5s', '5m', '2h'],
    }),
    jitter: z.number().min(0).max(1).optional().meta({
      description: 'Fraction by which each wait may be shorter or longer. Default: RETRY_JITTER.',
      example: 0.2,
    }),
    max_age: durationField(1000, 365 * DAY_MS, {
      description: 'Age of a message after which its deliveries are not retried. Default: RETRY_MAX_AGE.',
      example: '1d',
    }).optional(),
    final_statuses: boundedList(z.int().min(300).max(599), MAX_STATUSES)
      .optional()
      .meta({ description: 'Statuses after which a delivery is not retried.', example: [400, 404] }),
  })
  .transform(
    (input): RetrySettings => ({
      ...(input.schedule && { schedule: toSchedule(input.schedule) }),
      ...(input.jitter !== undefined && { jitter: input.jitter }),
      ...(input.max_age !== undefined && { maxAgeMs: input.max_age }),
      ...(input.final_statuses && { finalStatuses: [...new Set(input.final_statuses)] }),
    }),
  )
  .meta({
    description: 'How failed deliveries are retried. Absent fields have the configured defaults.',
    example: { schedule: ['5s', '5m', '2h'], max_age: '1d' },
  });

function toSchedule(input: z.output<typeof schedule>): RetrySchedule {
  if (Array.isArray(input)) return { kind: 'waits', waitsMs: input };
  if ('constant' in input) return { kind: 'constant', waitMs: input.constant, tries: input.tries };
  return { kind: 'exponential', startMs: input.start, factor: input.factor, capMs: input.cap, tries: input.tries };
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
