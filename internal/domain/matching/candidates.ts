import type { MessageValues } from '../filter/message-values.js';
import type { ManyByKey } from '../many-by-key.js';
import type { ResourceName } from '../message/headers/resource-name.js';
import type { Routing } from './routing.js';
import type { SpaceNames } from './space-names.js';
import { tagText } from './tags.js';
import { both, type Target, type Targets } from './targets.js';

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
 * @param values the values of the message for filters; absent if filters do not matter
 */
export function candidates<Webhook extends Target>(
  targets: Targets<Webhook>,
  { space, tags, webhooks }: Routing,
  all: NamedWebhooks<Webhook>,
  values?: () => MessageValues,
): Iterable<Webhook> {
  const spaceId = space === undefined ? undefined : all.spaces.idOf(space);
  if (space !== undefined && spaceId === undefined) return NO_WEBHOOKS;
  let fewest = targets.size;
  let found: () => Iterable<Webhook> = () => targets.all();
  const narrow = (count: number, fewer: () => Iterable<Webhook>) => {
    if (count >= fewest) return;
    fewest = count;
    found = fewer;
  };
  const narrowBy = <K>(index: ManyByKey<K, Webhook>, key: K) => narrow(index.count(key), () => index.under(key));
  if (spaceId !== undefined) narrowBy(targets.bySpace, spaceId);
  for (const { key, value } of tags) narrowBy(targets.byTag, tagText(key, value));
  if (webhooks !== undefined) narrow(webhooks.size, () => named(webhooks, all, targets));
  // The filters of a few webhooks are decided sooner than found.
  if (values && targets.filtered.size > 0 && fewest > FEW) {
    const fulfilled = targets.filtered.find(values());
    narrow(targets.others.size + fulfilled.size, () => both(targets.others, fulfilled));
  }
  return found();
}

const FEW = 8;

/** Returns the webhooks with these names that belong to an event. A webhook may be named by its id and by its key. */
function* named<Webhook extends Target>(
  names: ReadonlySet<ResourceName>,
  { byId, byKey }: NamedWebhooks<Webhook>,
  among: Pick<Targets<Webhook>, 'has'>,
): Generator<Webhook> {
  for (const name of names) {
    if (typeof name === 'number') {
      const webhook = byId.get(name);
      if (webhook && among.has(webhook)) yield webhook;
    } else for (const webhook of byKey.under(name)) if (among.has(webhook) && !names.has(webhook.id)) yield webhook;
  }
}
