import { makeIsReserved } from './reserved.js';
import { parseSubject, type SubjectRules } from './subject.js';

/** What fires no webhook today, though it may be stored: in the catalog, or in the journal. */
export interface FiringRules {
  /** Whether messages of an event with this subject are taken. */
  isPermitted(event: string): boolean;
  /** Whether a message of this subject belongs to the NATS server, to a reply or to our own results. */
  isReserved(subject: string): boolean;
}

export function makeFiringRules(rules: SubjectRules): FiringRules {
  return {
    isPermitted: (event) => parseSubject(event, rules).ok,
    isReserved: makeIsReserved(rules.inboxes ?? []),
  };
}
