import type { Deadline } from './deadline.js';
import { messageOf } from './errors.js';
import type { Logger } from './logger.js';

/** The parts that were started, and how each of them stops. */
export interface Cleanup {
  /** Registers how something that was just started stops. */
  add(what: string, stop: () => Promise<void>): void;
  /**
   * Stops all parts, last in first out, each regardless of the outcome of the others, and waits for none much longer
   * than the deadline. A second call waits for the first.
   */
  run(deadline: Deadline): Promise<void>;
}

/** The time that a part gets even after the deadline has passed. */
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
