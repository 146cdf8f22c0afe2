import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { OncePerChange } from '../../once-per-change.js';
import { type Repeating, repeat } from '../../repeat.js';

export interface PendingCountsDeps {
  /** The spaces whose deliveries are limited, with their limits. */
  limited(): ReadonlyMap<number, number>;
  /** Counts the deliveries of each space that wait in the database, up to its limit. */
  countWaiting(limits: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, number>>;
  /** The number of deliveries of a space in the memory of this instance. */
  residentOf(spaceId: number): number;
  /** Runs after each count. */
  afterRound(): void;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

export interface PendingCounts {
  of(spaceId: number): number;
  stop(): Promise<void>;
}

const EVERY_MS = 1000;
/** A count takes at most this part of the time. */
const PART_OF_TIME = 20;

/**
 * The deliveries that spaces with `limits.pending` are owed: those that wait in the database, counted every second, and
 * those in the memory of this instance. Those in the memory of other instances are not known
 * here.
 */
export function countPending(deps: PendingCountsDeps): PendingCounts {
  let waiting: ReadonlyMap<number, number> = new Map();
  let tookMs = 0;
  const failure = new OncePerChange();

  const round = async () => {
    const limits = deps.limited();
    const from = deps.now();
    waiting = limits.size === 0 ? new Map() : await deps.countWaiting(limits);
    tookMs = deps.now() - from;
    failure.end('');
  };

  const counting: Repeating = repeat(() => round().finally(deps.afterRound), {
    everyMs: () => Math.max(EVERY_MS, PART_OF_TIME * tookMs),
    onError: (error) => {
      const problem = messageOf(error);
      if (failure.isNew('', problem)) deps.logger.warn('space.pending_not_counted', { error: problem });
    },
  });
  return {
    of: (spaceId) => (waiting.get(spaceId) ?? 0) + deps.residentOf(spaceId),
    stop: counting.stop,
  };
}
