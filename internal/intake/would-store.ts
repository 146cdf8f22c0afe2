import type { Catalog } from '../domain/catalog.js';
import { isResultSubject } from '../domain/result-subject.js';
import type { Incoming } from './incoming.js';
import { match } from './match.js';

/** Whether the journal gets a message, by the catalog as it is now. */
export function makeWouldStore(catalog: Catalog, storeUnmatched: boolean) {
  return (message: Pick<Incoming, 'subject' | 'headers'>): boolean => {
    if (isResultSubject(message.subject)) return false;
    const matched = match(catalog, message);
    return matched !== undefined && (storeUnmatched || matched.webhooks.length > 0);
  };
}
