import type { Catalog } from '../domain/matching/catalog.js';
import { MessageHead } from '../domain/matching/message-view.js';
import type { Incoming } from './incoming.js';
import { match } from './match.js';

/** Ids of what the journal gets a message for: one of each is enough. */
export interface StoredFor {
  readonly events: readonly number[];
  /** Absent where messages are stored that no webhook wants. */
  readonly webhooks?: readonly number[];
}

interface WouldStoreDeps {
  readonly catalog: Catalog;
  isReserved(subject: string): boolean;
  readonly storeUnmatched: boolean;
}

/** For what the journal gets a message, by the catalog as it is now; undefined when it does not get it. */
export function makeWouldStore({ catalog, isReserved, storeUnmatched }: WouldStoreDeps) {
  return ({ subject, headers }: Pick<Incoming, 'subject' | 'headers'>): StoredFor | undefined => {
    if (isReserved(subject)) return undefined;
    const matched = match(catalog, new MessageHead(subject, headers));
    if (!matched) return undefined;
    const events = catalog.eventsOf(subject);
    if (storeUnmatched) return { events };
    return matched.webhooks.length > 0 ? { events, webhooks: matched.webhooks.map(({ id }) => id) } : undefined;
  };
}
