import type { ResourceName } from '../message/headers/resource-name.js';
import type { ManyByKey } from './many-by-key.js';
import type { Routing } from './routing.js';
import type { SpaceNames } from './space-names.js';
import { tagText } from './tags.js';

/** The enabled webhooks of one event, indexed by the values to which a publisher can narrow a message. */
export interface Targets<Webhook extends object> {
  readonly all: Set<Webhook>;
  readonly byTag: ManyByKey<string, Webhook>;
  readonly bySpace: ManyByKey<number, Webhook>;
}

/** The webhooks of all events, by each name that a publisher may use. */
export interface NamedWebhooks<Webhook extends object> {
  readonly byId: ReadonlyMap<number, Webhook>;
  readonly byKey: ManyByKey<string, Webhook>;
  readonly spaces: SpaceNames;
}

const NO_WEBHOOKS: readonly never[] = [];

/**
 * Returns the webhooks under the rarest value that the message asks for, each once. `matches` then selects those that
 * receive it.
 */
export function candidates<Webhook extends { readonly id: number }>(
  targets: Targets<Webhook>,
  { space, tags, webhooks }: Routing,
  all: NamedWebhooks<Webhook>,
): Iterable<Webhook> {
  const spaceId = space === undefined ? undefined : all.spaces.idOf(space);
  if (space !== undefined && spaceId === undefined) return NO_WEBHOOKS;
  let fewest = targets.all.size;
  let found: () => Iterable<Webhook> = () => targets.all;
  const narrow = (count: number, fewer: () => Iterable<Webhook>) => {
    if (count >= fewest) return;
    fewest = count;
    found = fewer;
  };
  const narrowBy = <K>(index: ManyByKey<K, Webhook>, key: K) => narrow(index.count(key), () => index.under(key));
  if (spaceId !== undefined) narrowBy(targets.bySpace, spaceId);
  for (const { key, value } of tags) narrowBy(targets.byTag, tagText(key, value));
  if (webhooks !== undefined) narrow(webhooks.size, () => named(webhooks, all, targets.all));
  return found();
}

/** Returns the webhooks with these names that belong to a set. A webhook may be named by its id and by its key. */
function* named<Webhook extends { readonly id: number }>(
  names: ReadonlySet<ResourceName>,
  { byId, byKey }: NamedWebhooks<Webhook>,
  among: ReadonlySet<Webhook>,
): Generator<Webhook> {
  for (const name of names) {
    if (typeof name === 'number') {
      const webhook = byId.get(name);
      if (webhook && among.has(webhook)) yield webhook;
    } else for (const webhook of byKey.under(name)) if (among.has(webhook) && !names.has(webhook.id)) yield webhook;
  }
}
