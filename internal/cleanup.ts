import type { Deadline } from './deadline.js';
import { messageOf } from './errors.js';
import type { Logger } from './logger.js';

/** What was started, and how it ends. */
export interface Cleanup {
  /** Registers how something that was just started stops. */
  add(what: string, stop: () => Promise<void>): void;
  /**
   * Stops everything, last in first out, each whatever became of the others, and nothing is waited for much longer than the
   * deadline. May be called again: the second waits for the first.
   */
  run(deadline: Deadline): Promise<void>;
}

/** What even a part that hangs is given, when the deadline has passed. */
const MIN_MS = 500;

export function makeCleanup(logger: Logger): Cleanup {
  const steps: { readonly what: string; readonly stop: () => Promise<void> }[] = [];
  let running: Promise<void> | undefined;

  const runAll = async (deadline: Deadline) => {
    for (let step = steps.pop(); step; step = steps.pop()) {
      const from = performance.now();
      try {
        const stopped = await deadline.within(step.stop(), MIN_MS);
        const ms = Math.round(performance.now() - from);
        if (stopped) logger.debug('app.stopped_part', { part: step.what, ms });
        else logger.warn('app.stop_overdue', { part: step.what, ms });
      } catch (error) {
        logger.error('app.stop_failed', { part: step.what, error: messageOf(error) });
      }
    }
  };

  return {
    add(what, stop) {
      steps.push({ what, stop });
    },
    run(deadline) {
      running ??= runAll(deadline);
      return running;
    },
  };
}
