import type { CorrectedClock } from '../corrected-clock.js';
import type { Degradation } from '../domain/streams/degradation.js';
import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';

/** Receivers accept signatures that are minutes old, so a smaller offset needs no action. */
const WARN_FROM_MS = 30_000;
const LOOK_EVERY_MS = 500;

/** Reports a degradation while the clock of this machine differs from the database's. */
export function clockDegraded(offsetMs: number): readonly Degradation[] {
  if (Math.abs(offsetMs) <= WARN_FROM_MS) return [];
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const side = offsetMs > 0 ? 'ahead of' : 'behind';
  const problem =
    `The clock of this machine is ${seconds} s ${side} the database's. hukz uses the clock of the database: ` +
    'set the clock that is wrong, and synchronize both with NTP.';
  return [{ reason: 'clock_offset', problem }];
}

/** Detects soon that the clock was set, and writes one log line per relevant change. */
export function watchClockOffset(clock: Pick<CorrectedClock, 'check' | 'offsetMs'>, logger: Logger): Repeating {
  let logged = 0;
  const look = async () => {
    clock.check();
    const offset = clock.offsetMs();
    const matters = Math.abs(offset) > WARN_FROM_MS;
    if (matters && Math.abs(offset - logged) > WARN_FROM_MS) {
      logged = offset;
      logger.warn('clock.offset', { offset_ms: Math.round(offset) });
    } else if (!matters && logged !== 0) {
      logged = 0;
      logger.info('clock.agrees', { offset_ms: Math.round(offset) });
    }
  };
  return repeatReported(look, { everyMs: LOOK_EVERY_MS, logger, line: 'clock.look_failed' });
}
