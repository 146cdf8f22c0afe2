import type { Catalog, CatalogWebhook } from '../domain/matching/catalog.js';
import type { MessageHead } from '../domain/matching/message-view.js';

/** What a message fires by one state of the catalog. */
export interface Matched {
  readonly stamp: string;
  readonly webhooks: readonly CatalogWebhook[];
  /** Why it fires nobody. */
  readonly problem: string | undefined;
}

/** Undefined when no registered event covers its subject. */
export function match(catalog: Catalog, message: MessageHead): Matched | undefined {
  const { stamp } = catalog;
  const webhooks = catalog.match(message);
  if (!webhooks) return undefined;
  return { stamp, webhooks, problem: message.routing.ok ? undefined : message.routing.problem };
}
