import type { Catalog, CatalogWebhook } from '../domain/catalog.js';
import { parseRouting } from '../domain/routing.js';
import type { Incoming } from './incoming.js';

/** What a message fires by one version of the catalog. */
export interface Matched {
  readonly version: number;
  readonly webhooks: readonly CatalogWebhook[];
  /** Why it fires nobody. */
  readonly problem: string | undefined;
}

const EVERYBODY = { tags: [], spaceId: undefined };

/** Undefined when no registered event covers its subject. */
export function match(catalog: Catalog, { subject, headers }: Incoming): Matched | undefined {
  const { version } = catalog;
  const routing = parseRouting(headers);
  const webhooks = catalog.match(subject, routing.ok ? routing.value : EVERYBODY);
  if (!webhooks) return undefined;
  return routing.ok ? { version, webhooks, problem: undefined } : { version, webhooks: [], problem: routing.problem };
}
