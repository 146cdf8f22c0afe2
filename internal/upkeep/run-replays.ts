import type { FiringRules } from '../domain/matching/firing-rules.js';
import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { type ReplayPace, stepReplays } from '../store/replay/step.js';

/** A new job is noticed within this time. */
const LOOK_EVERY_MS = 1000;

/** Takes steps of all replays. All instances take turns. */
export function runReplays(parts: {
  readonly pool: JournalPool;
  readonly pace: ReplayPace;
  readonly rules: FiringRules;
  readonly logger: Logger;
}): Repeating {
  const { pool, pace, rules, logger } = parts;
  return repeatReported(
    async () => {
      const step = await stepReplays(pool, pace, rules);
      if (!step) return false;
      const { replay, done, ended } = step;
      if (ended) {
        const total = replay.done + done;
        logger.info('replay.ended', {
          replay_id: replay.id,
          webhook_id: replay.webhookId,
          because: ended,
          done: total,
        });
      }
      // After a step that found nothing to send, the next part of its range follows at once.
      return done === 0;
    },
    { everyMs: LOOK_EVERY_MS, logger, line: 'replay.failed' },
  );
}
