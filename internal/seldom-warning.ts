import type { LogFields, Logger } from './logger.js';
import { Seldom } from './seldom.js';

/** A loop that cannot reach PostgreSQL tries again up to four times per second. One line per ten seconds is enough. */
const LINE_EVERY_MS = 10_000;

/** Makes a function that writes the same warning once in ten seconds; `left_out` counts those before it. */
export function makeSeldomWarning(
  logger: Pick<Logger, 'warn'>,
  now = () => performance.now(),
): (name: string, fields: LogFields) => void {
  const seldom = new Seldom(LINE_EVERY_MS, now);
  return (name, fields) => {
    const leftOut = seldom.admit(JSON.stringify([name, fields]));
    if (leftOut === undefined) return;
    logger.warn(name, { ...fields, ...(leftOut > 0 && { left_out: leftOut }) });
  };
}
