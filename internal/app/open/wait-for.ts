import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';

export interface WaitForOptions {
  /** The name of the log line that reports the wait. */
  readonly line: string;
  readonly logger: Logger;
  /** Whether waiting cannot solve the error. */
  isFinal(error: unknown): boolean;
  readonly signal: AbortSignal;
}

const EVERY_MS = 1000;
const COMPLAIN_EVERY = 10;

/** Tries until it succeeds: it waits for a dependency that is not available yet, and logs a line now and then. */
export async function waitFor<T>(attempt: () => Promise<T>, options: WaitForOptions): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (options.isFinal(error) || options.signal.aborted) throw error;
      if (tries % COMPLAIN_EVERY === 0) {
        options.logger.warn(options.line, { error: messageOf(error), tries: tries + 1 });
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
