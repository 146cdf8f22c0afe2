import type { ManyByKey } from './many-by-key.js';
import type { Routing } from './routing.js';
import { tagText } from './tags.js';

/** The enabled webhooks of one event, indexed by the values to which a publisher can narrow a message. */
export interface Targets<Webhook extends object> {
  readonly all: Set<Webhook>;
  readonly byTag: ManyByKey<string, Webhook>;
  readonly bySpace: ManyByKey<number, Webhook>;
}

/**
 * Returns the webhooks under the rarest value that the message asks for. `matches` then selects those that receive it.
 * `webhooks` are those of all events by id.
 */
export function candidates<Webhook extends object>(
  targets: Targets<Webhook>,
  { spaceId, tags, webhookIds }: Routing,
  webhooks: ReadonlyMap<number, Webhook>,
): Iterable<Webhook> {
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
  if (webhookIds !== undefined) narrow(webhookIds.size, () => named(webhookIds, webhooks, targets.all));
  return found();
}

/** Returns the webhooks with these ids that belong to a set. */
function* named<Webhook>(
  ids: Iterable<number>,
  webhooks: ReadonlyMap<number, Webhook>,
  among: ReadonlySet<Webhook>,
): Generator<Webhook> {
  for (const id of ids) {
    const webhook = webhooks.get(id);
    if (webhook && among.has(webhook)) yield webhook;
  }
}
