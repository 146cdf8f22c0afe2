import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Member } from './member.js';

export interface StallWatchDeps {
  members(): readonly Member[];
  /** Silence after which a worker is not waited for any more. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often in that time a worker says that it is alive, and the parent looks. */
export const BEATS_PER_LIMIT = 6;

/**
 * Ends workers whose event loop does not turn: nothing else would, because `/health/alive` is answered by the others.
 * Who was stopped as a whole, parent included, is excused.
 */
export function watchStalls({ members, limitMs, clock, logger }: StallWatchDeps): { stop(): void } {
  const everyMs = limitMs / BEATS_PER_LIMIT;
  let lookedAt = clock.monotonic();
  const timer = setInterval(() => {
    const now = clock.monotonic();
    const wasAway = now - lookedAt > 2 * everyMs;
    lookedAt = now;
    for (const member of members()) {
      if (wasAway || !member.isReady) member.excuse();
      else if (now - member.heardAt > limitMs) {
        logger.error('worker.stalled', { worker: member.pid, silent_ms: Math.round(now - member.heardAt) });
        member.kill();
      }
    }
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}
