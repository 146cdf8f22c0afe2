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

/** The values of a message by which its webhooks are found. Each is computed when it is needed. */
export interface Wanted {
  readonly routing: Routing;
  /** The values for filters; absent if filters do not matter. */
  readonly values?: () => MessageValues;
  /** The numbers of all spaces that the message names. */
  named(): readonly number[];
}

/**
 * Returns the webhooks under the rarest value that the message asks for, each once. `matches` then selects those that
 * receive it. The webhooks of strict spaces are found by the spaces that the message names, because every message of
 * thousands of such spaces may have the same event.
 */
export function candidates<Webhook extends Target>(
  targets: Targets<Webhook>,
  { routing, values, named: namedSpaces }: Wanted,
  all: NamedWebhooks<Webhook>,
): Iterable<Webhook> {
  const { space, tags, webhooks } = routing;
  const spaceId = space === undefined ? undefined : all.spaces.idOf(space);
  if (space !== undefined && spaceId === undefined) return NO_WEBHOOKS;
  const walled = targets.walled.size > 0 ? walledIn(targets, namedSpaces()) : NO_WEBHOOKS;
  let fewest = targets.openSize + walled.length;
  let found: () => Iterable<Webhook> = () => withWalled(targets.allOpen(), walled);
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
    const count = targets.others.size + fulfilled.size + walled.length;
    narrow(count, () => withWalled(both(targets.others, fulfilled), walled));
  }
  return found();
}

const FEW = 8;

const withWalled = <T>(open: Iterable<T>, walled: readonly T[]) => (walled.length === 0 ? open : both(open, walled));

function walledIn<Webhook extends Target>({ walled, bySpace }: Targets<Webhook>, spaces: readonly number[]): Webhook[] {
  return [...new Set(spaces)].flatMap((id) => [...bySpace.under(id)].filter((webhook) => walled.has(webhook)));
}

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
