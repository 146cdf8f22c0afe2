import type { AttemptOutcome } from './outcome.js';

/** A sign of the receiver's capacity, taken from one attempt. */
export type Load = 'fine' | LackOfRoom | 'unknown';

/**
 * `refusing`: the receiver reports overload. `stalled`: the receiver, or a server behind its gateway, does not answer,
 * which can also have other reasons.
 */
export type LackOfRoom = 'refusing' | 'stalled';

const REFUSING = new Set([429, 503]);
const STALLED = new Set([502, 504]);

export function loadOf(outcome: AttemptOutcome): Load {
  switch (outcome.kind) {
    case 'answered':
      if (REFUSING.has(outcome.status)) return 'refusing';
      if (STALLED.has(outcome.status)) return 'stalled';
      return outcome.status >= 200 && outcome.status < 300 ? 'fine' : 'unknown';
    case 'unreachable':
      return outcome.reason === 'timeout' ? 'stalled' : 'unknown';
    default:
      return 'unknown';
  }
}
