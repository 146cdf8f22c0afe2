import { z } from 'zod';
import type { Replay, ReplayOutcome, ReplayRequest, ReplayState } from '../../domain/delivery/replay.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { AppError } from '../../errors.js';
import { moment, timeOf } from '../bodies/instant.js';
import { id, userId } from '../bodies/numbers.js';
import { subjectText } from '../names/find-event.js';
import { pastRange } from '../past-range.js';

const outcomes = [
  'delivered',
  'failed',
  'dead',
  'cancelled',
  'lost',
  'missing',
] as const satisfies readonly ReplayOutcome[];
const states = ['running', 'done', 'cancelled'] as const satisfies readonly ReplayState[];

export const newReplayBody = z
  .strictObject({
    since: moment.describe('Start of the range: messages received at this time or later.'),
    until: moment.optional().describe('End of the range: messages received before this time. Default: now.'),
    outcome: z
      .enum(outcomes)
      .default('dead')
      .describe(
        'Deliveries to send again. `failed`: waiting for the next attempt. `lost`: owed and not found. ' +
          '`missing`: messages of the current events of the webhook that were never owed to it.',
      ),
    event: subjectText(MAX_SUBJECT_LENGTH).min(1).optional(),
    dry_run: z.boolean().default(false).describe('Only count the deliveries.'),
  })
  .meta({ title: 'NewReplay', example: { since: '2026-01-31', outcome: 'dead', dry_run: true } });

export const dryRunAnswer = z.object({ dry_run: z.literal(true), total: z.int().min(0) }).meta({ title: 'DryRun' });

export const replayAnswer = z
  .object({
    id: z.uuid(),
    created_at: z.iso.datetime(),
    created_by_id: userId,
    webhook_id: id,
    outcome: z.string().meta({ enum: [...outcomes] }),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    event: z.string().nullable(),
    state: z.string().meta({ enum: [...states] }),
    total: z
      .int()
      .min(0)
      .describe(
        'Number of matching deliveries when the replay was created. A replay of `PUT /apply` counts as it proceeds.',
      ),
    done: z.int().min(0).describe('Number of deliveries made due so far.'),
    finished_at: z.iso.datetime().nullable(),
    error: z.string().nullable().describe('Why the replay ended early.'),
  })
  .meta({ title: 'Replay' });

export function replayJson(replay: Replay): z.input<typeof replayAnswer> {
  return {
    id: replay.id,
    created_at: replay.createdAt.toISOString(),
    created_by_id: replay.createdById,
    webhook_id: replay.webhookId,
    outcome: replay.outcome,
    since: replay.since.toISOString(),
    until: replay.until.toISOString(),
    event: replay.event ?? null,
    state: replay.state,
    total: replay.total,
    done: replay.done,
    finished_at: replay.finishedAt?.toISOString() ?? null,
    error: replay.error,
  };
}

/** How far back messages and deliveries can be replayed, in milliseconds. */
export interface ReplayReach {
  readonly messagesMs: number;
  readonly deadLettersMs: number;
}

/** Reads the request of a replay. It refuses a range that is empty, or that begins before the oldest kept data. */
export function newReplay(
  webhookId: number,
  body: z.output<typeof newReplayBody>,
  limits: { readonly now: Date; readonly reach: ReplayReach },
): ReplayRequest {
  const { outcome, event } = body;
  const since = timeOf(body.since, limits.now);
  const { until } = pastRange({ since, until: body.until }, limits.now);
  const { messagesMs, deadLettersMs } = limits.reach;
  const reachMs = outcome === 'dead' ? Math.max(messagesMs, deadLettersMs) : messagesMs;
  const earliest = new Date(limits.now.getTime() - reachMs);
  if (since < earliest) {
    throw new AppError('conflict', `messages are kept since ${earliest.toISOString()}: choose a later time`, 'since');
  }
  return { webhookId, outcome, since, until, event };
}
