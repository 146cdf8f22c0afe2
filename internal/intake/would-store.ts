import type { Catalog } from '../domain/matching/catalog.js';
import { MessageHead } from '../domain/matching/message-view.js';
import type { Message } from '../domain/message/message.js';
import { match } from './match.js';

/** The ids for which the journal stores a message. One of each kind is enough. */
export interface StoredFor {
  readonly events: readonly number[];
  /** Absent if messages without a webhook are stored. */
  readonly webhooks?: readonly number[];
}

interface WouldStoreDeps {
  readonly catalog: Catalog;
  isReserved(subject: string): boolean;
  readonly storeUnmatched: boolean;
}

/**
 * The event and the webhooks for which the journal stores a message, by the current catalog. Undefined if the journal
 * does not store it, or if that depends on its payload, which is not at hand.
 */
export function makeWouldStore({ catalog, isReserved, storeUnmatched }: WouldStoreDeps) {
  return ({
    subject,
    headers,
    receivedAt,
  }: Pick<Message, 'subject' | 'headers' | 'receivedAt'>): StoredFor | undefined => {
    if (isReserved(subject)) return undefined;
    const matched = match(catalog, new MessageHead(subject, headers, receivedAt));
    if (!matched) return undefined;
    const events = catalog.eventsOf(subject);
    if (storeUnmatched) return { events };
    return matched.webhooks.length > 0 ? { events, webhooks: matched.webhooks.map(({ id }) => id) } : undefined;
  };
}
