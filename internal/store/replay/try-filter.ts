import type { Filter } from '../../domain/filter/filter.js';
import type { Explanation } from '../../domain/matching/explaining/explain.js';
import type { FiringRules } from '../../domain/matching/firing-rules.js';
import { AppError } from '../../errors.js';
import { Ticks } from '../../ticks.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { type PastMessage, type PastRange, pastMessages } from '../messages/past-messages.js';
import { readPayloads } from '../messages/read-payloads.js';
import { findReplayTarget, type ReplayTarget } from './target.js';

/** Rows that are read at once, and rows that one trial reads at most, whatever subjects they have. */
const WINDOW_ROWS = 500;
const MAX_ROWS = 200_000;
const MAX_TRIAL_MS = 10_000;
/** A larger payload is decoded in one turn of the event loop, and looked into in another one. */
const LARGE_BYTES = 64 * 1024;
/** Samples of messages that fire, and as many of those that do not. */
const MAX_SAMPLES = 10;

export interface FilterTrial extends PastRange {
  readonly webhookId: number;
  /** The filter to try in place of that of the webhook. */
  readonly filter: Filter | undefined;
  /** Maximum number of messages that are looked at. */
  readonly limit: number;
}

export interface Sample extends Explanation {
  readonly messageId: string;
}

export interface TrialResult {
  readonly lookedAt: number;
  readonly wouldMatch: number;
  readonly samples: readonly Sample[];
  /** Messages before this instant, in the form of PostgreSQL, were not looked at. Undefined if all were. */
  readonly stoppedAt: string | undefined;
}

/** Counts the samples and decisions of one trial. */
class Tally {
  lookedAt = 0;
  wouldMatch = 0;
  private readonly firing: Sample[] = [];
  private readonly others: Sample[] = [];

  add(sample: Sample): void {
    this.lookedAt++;
    if (sample.fires) this.wouldMatch++;
    const list = sample.fires ? this.firing : this.others;
    if (list.length < MAX_SAMPLES) list.push(sample);
  }

  resultAt(stoppedAt: string | undefined): TrialResult {
    const { lookedAt, wouldMatch, firing, others } = this;
    return { lookedAt, wouldMatch, samples: [...firing, ...others], stoppedAt };
  }
}

/**
 * Decides about stored messages of the events of a webhook, newest first, as a replay of `missing` decides, with
 * another filter. A few payloads are in memory at a time. A deleted webhook is refused as `not_found`.
 */
export async function tryFilter(pool: JournalPool, trial: FilterTrial, rules: FiringRules): Promise<TrialResult> {
  const { filter, limit } = trial;
  const target = await findReplayTarget(pool.run, trial.webhookId, rules, filter);
  if (!target) throw new AppError('not_found', 'Record not found');
  const [tally, ticks] = [new Tally(), new Ticks()];
  const began = performance.now();
  let rows = 0;
  for await (const window of pastMessages(pool.run, trial, WINDOW_ROWS)) {
    const wanted = window.filter(({ is_visible, subject }) => is_visible && target.isOfEvents(subject));
    const looked = wanted.slice(0, limit - tally.lookedAt);
    await decide({ pool, target, tally, ticks }, looked);
    rows += window.length;
    const last = looked.length < wanted.length || tally.lookedAt === limit ? looked.at(-1) : window.at(-1);
    const isOver = tally.lookedAt === limit || rows >= MAX_ROWS || performance.now() - began > MAX_TRIAL_MS;
    if (isOver) return tally.resultAt(last?.received_at);
    await ticks.end();
  }
  return tally.resultAt(undefined);
}

interface Trying {
  readonly pool: JournalPool;
  readonly target: ReplayTarget;
  readonly tally: Tally;
  readonly ticks: Ticks;
}

async function decide({ pool, target, tally, ticks }: Trying, messages: readonly PastMessage[]): Promise<void> {
  for await (const { row, payload } of readPayloads(pool.run, messages, target.maxBytes)) {
    const { message_id: messageId, received_at, subject, headers } = row;
    if (payload.length > LARGE_BYTES) await ticks.end();
    const explanation = target.explain({ subject, headers, receivedAt: Date.parse(received_at), payload });
    tally.add({ messageId, ...explanation });
    await ticks.next();
  }
}
