import { FILTER_MAX_BYTES } from '../filter/message-values.js';
import { makeIsReserved } from './reserved.js';
import { parseSubject, type SubjectRules } from './subject.js';

/**
 * Rules for events and messages that fire no webhook under the present configuration, although the catalog or the
 * journal may contain them.
 */
export interface FiringRules {
  /** Whether messages of an event with this subject are accepted. */
  isPermitted(event: string): boolean;
  /** Whether a message on this subject belongs to the NATS server, to a reply or to our own delivery events. */
  isReserved(subject: string): boolean;
  /** Filters do not look into larger payloads. */
  readonly filterMaxBytes: number;
}

export function makeFiringRules(rules: SubjectRules, filterMaxBytes = FILTER_MAX_BYTES): FiringRules {
  return {
    filterMaxBytes,
    isPermitted: (event) => parseSubject(event, rules).ok,
    isReserved: makeIsReserved(rules.inboxes ?? []),
  };
}
