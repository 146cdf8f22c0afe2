import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Member } from './member.js';

export interface StallWatchDeps {
  members(): readonly Member[];
  /** Time without a message after which a worker is killed. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Number of heartbeats that a worker sends within the limit, and of checks that the parent makes. */
export const BEATS_PER_LIMIT = 6;

/**
 * Kills workers whose event loop does not turn. Nothing else would detect such a worker, because the others answer
 * `/health/alive`. After a suspension of the whole service, parent included, no worker is blamed.
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
