import { DELIVERY_EVENT_PREFIX } from '../delivery/delivery-event-subject.js';
import { firstToken, isWildcard } from './subject.js';
import { overlap } from './subject-overlap.js';

/** First tokens under which clients receive replies, and under which servers relay them between accounts and clusters. */
const USUAL_INBOXES = ['_INBOX', '_R_', '_GR_'];

/** The prefixes of subjects on which replies come: the usual ones, ours, and those that the operator names. */
export function allInboxes(own: string, others: readonly string[]): readonly string[] {
  return [...new Set([...USUAL_INBOXES, own, ...others])];
}

/** Judges published subjects that belong to the NATS server, to a reply or to our own results: they fire no webhook. */
export function makeIsReserved(inboxes: readonly string[]): (subject: string) => boolean {
  const prefixes = ['$', DELIVERY_EVENT_PREFIX, ...inboxes.map((inbox) => `${inbox}.`)];
  return (subject) => prefixes.some((prefix) => subject.startsWith(prefix));
}

/** Judges the subject that an answer is asked to: elsewhere a publisher could make us publish what only we may. */
export function makeIsInbox(inboxes: readonly string[]): (subject: string) => boolean {
  const prefixes = inboxes.map((inbox) => `${inbox}.`);
  return (subject) => prefixes.some((prefix) => subject.startsWith(prefix));
}

/** Whether a stream over this subject would hold reserved subjects, or our own results, as well: NATS cannot take them out of a wildcard. */
export function holdsReserved(subject: string, inboxes: readonly string[]): boolean {
  const first = firstToken(subject);
  if (isWildcard(first) || first.startsWith('$')) return true;
  const prefixes = [...inboxes.map((inbox) => `${inbox}.`), DELIVERY_EVENT_PREFIX];
  return prefixes.some((prefix) => firstToken(prefix) === first && overlap(subject, `${prefix}>`));
}
