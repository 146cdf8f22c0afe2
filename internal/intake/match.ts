import type { Catalog, CatalogWebhook } from '../domain/catalog.js';
import { parseRouting } from '../domain/routing.js';
import type { Incoming } from './incoming.js';

/** What a message fires by one state of the catalog. */
export interface Matched {
  readonly stamp: string;
  readonly webhooks: readonly CatalogWebhook[];
  /** Why it fires nobody. */
  readonly problem: string | undefined;
}

const EVERYBODY = { tags: [], spaceId: undefined };

/** Undefined when no registered event covers its subject. */
export function match(
  catalog: Catalog,
  { subject, headers }: Pick<Incoming, 'subject' | 'headers'>,
): Matched | undefined {
  const { stamp } = catalog;
  const routing = parseRouting(headers);
  const webhooks = catalog.match(subject, routing.ok ? routing.value : EVERYBODY);
  if (!webhooks) return undefined;
  return routing.ok ? { stamp, webhooks, problem: undefined } : { stamp, webhooks: [], problem: routing.problem };
}
