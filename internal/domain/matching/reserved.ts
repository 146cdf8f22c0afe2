import { OWN_PREFIXES } from '../audit/own-prefixes.js';
import { firstToken, isWildcard } from './subject.js';
import { overlap } from './subject-overlap.js';

/**
 * First tokens under which clients receive replies, and under which servers relay replies between accounts and
 * clusters.
 */
const DEFAULT_INBOX_PREFIXES = ['_INBOX', '_R_', '_GR_'];

/**
 * Lists the prefixes of the subjects on which replies arrive: the default ones, the one of hukz, and those that the
 * operator configures.
 */
export function allInboxes(own: string, others: readonly string[]): readonly string[] {
  return [...new Set([...DEFAULT_INBOX_PREFIXES, own, ...others])];
}

/**
 * Makes a check whether a published subject belongs to the NATS server, to a reply or to what hukz publishes itself.
 * Messages on such subjects fire no webhook.
 */
export function makeIsReserved(inboxes: readonly string[]): (subject: string) => boolean {
  const prefixes = ['$', ...OWN_PREFIXES, ...inboxes.map((inbox) => `${inbox}.`)];
  return (subject) => prefixes.some((prefix) => subject.startsWith(prefix));
}

/**
 * Makes a check of the subject to which a reply is requested. Without this check, a publisher could make hukz publish
 * on subjects that are reserved for hukz.
 */
export function makeIsInbox(inboxes: readonly string[]): (subject: string) => boolean {
  const prefixes = inboxes.map((inbox) => `${inbox}.`);
  return (subject) => prefixes.some((prefix) => subject.startsWith(prefix));
}

/**
 * Whether a stream over this subject would also contain reserved subjects, or those that hukz publishes on. NATS cannot
 * exclude a subject from a wildcard.
 */
export function holdsReserved(subject: string, inboxes: readonly string[]): boolean {
  const first = firstToken(subject);
  if (isWildcard(first) || first.startsWith('$')) return true;
  const prefixes = [...inboxes.map((inbox) => `${inbox}.`), ...OWN_PREFIXES];
  return prefixes.some((prefix) => firstToken(prefix) === first && overlap(subject, `${prefix}>`));
}
