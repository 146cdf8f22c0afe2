import type { AttemptOutcome } from './outcome.js';

/** What an attempt says of how much its receiver can take just now. */
export type Load = 'fine' | LackOfRoom | 'unknown';

/** The receiver says itself that it is too much; or it, or what is behind its gateway, does not answer, for which there are other reasons too. */
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
