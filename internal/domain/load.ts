import type { AttemptOutcome } from './outcome.js';

/** What an attempt says of how much its receiver can take just now. */
export type Load = 'fine' | 'overloaded' | 'unknown';

const OVERLOADED = new Set([429, 502, 503, 504]);

export function loadOf(outcome: AttemptOutcome): Load {
  switch (outcome.kind) {
    case 'answered':
      if (OVERLOADED.has(outcome.status)) return 'overloaded';
      return outcome.status >= 200 && outcome.status < 300 ? 'fine' : 'unknown';
    case 'unreachable':
      return outcome.reason === 'timeout' ? 'overloaded' : 'unknown';
    default:
      return 'unknown';
  }
}
