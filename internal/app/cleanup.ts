import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';

/** What was started, and how it ends. */
export interface Cleanup {
  /** Registers how something that was just started stops. */
  add(what: string, stop: () => Promise<void>): void;
  /** Stops everything, last in first out, each whatever became of the others. May be called again: the second waits for the first. */
  run(): Promise<void>;
}

export function makeCleanup(logger: Logger): Cleanup {
  const steps: { readonly what: string; readonly stop: () => Promise<void> }[] = [];
  let running: Promise<void> | undefined;

  const runAll = async () => {
    for (let step = steps.pop(); step; step = steps.pop()) {
      const from = performance.now();
      try {
        await step.stop();
        logger.debug('app.stopped_part', { part: step.what, ms: Math.round(performance.now() - from) });
      } catch (error) {
        logger.error('app.stop_failed', { part: step.what, error: messageOf(error) });
      }
    }
  };

  return {
    add(what, stop) {
      steps.push({ what, stop });
    },
    run() {
      running ??= runAll();
      return running;
    },
  };
}
