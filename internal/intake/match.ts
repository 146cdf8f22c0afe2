import type { Catalog, CatalogWebhook } from '../domain/matching/catalog.js';
import type { MessageHead } from '../domain/matching/message-view.js';

/** The webhooks that a message triggers in one state of the catalog. */
export interface Matched {
  readonly stamp: string;
  readonly webhooks: readonly CatalogWebhook[];
  /** The reason why the message triggers no webhook. */
  readonly problem: string | undefined;
}

/** Returns undefined if no registered event covers the message's subject. */
export function match(catalog: Catalog, message: MessageHead): Matched | undefined {
  const { stamp } = catalog;
  const webhooks = catalog.match(message);
  if (!webhooks) return undefined;
  return { stamp, webhooks, problem: message.routing.ok ? undefined : message.routing.problem };
}
