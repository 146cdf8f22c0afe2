import { messageOf } from './errors.js';
import type { LogFields, Logger } from './logger.js';
import { type Repeating, type RepeatOptions, repeat } from './repeat.js';

export interface ReportedOptions extends Pick<RepeatOptions, 'everyMs'> {
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** The name of the log line for a failure. */
  readonly line: string;
  /** Further fields of that line. A change of theirs is a change of the failure. */
  fields?(): LogFields;
}

/** Number of different failures between two successes that have a line. The others are in `failures` of the end. */
const MAX_LINES = 10;

/**
 * Repeats `runOnce` like `repeat`, and logs a failure once per change: when it begins or becomes another one, and when
 * a round succeeds again. An outage of an hour is two lines, however often the loop tries.
 */
export function repeatReported(runOnce: () => Promise<unknown>, options: ReportedOptions): Repeating {
  const { everyMs, logger, line, fields } = options;
  const said = new Set<string>();
  let failures = 0;

  return repeat(
    async () => {
      const again = await runOnce();
      if (failures > 0) logger.info('loop.recovered', { after: line, failures });
      failures = 0;
      said.clear();
      return again;
    },
    {
      everyMs,
      onError(error) {
        failures++;
        const failure = { ...fields?.(), error: messageOf(error) };
        const text = JSON.stringify(failure);
        if (said.has(text) || said.size === MAX_LINES) return;
        said.add(text);
        logger.warn(line, failure);
      },
    },
  );
}
