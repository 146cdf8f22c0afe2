import type { Catalog } from '../catalog.js';
import { type Obstacle, obstacleTo } from '../matches.js';
import type { MessageHead } from '../message-view.js';

/** The reason why no webhook gets a message. `catalog`: today some do, so that the catalog has changed since. */
export type NobodyBecause = Obstacle | 'catalog';

/** The order in which obstacles are met. A webhook that meets a later one was nearer to the message. */
const ORDER: readonly Obstacle[] = ['webhook', 'space', 'tag', 'event', 'filter'];

/**
 * Decides by a catalog why a message reaches no webhook: the obstacle before the nearest enabled webhook of its events.
 * `webhook` also means that its events have no enabled webhook. Candidates are looked at until one has only its filter
 * between itself and the message, which is the first one if the message names no tags.
 */
export function whyNobody(catalog: Catalog, message: MessageHead): NobodyBecause {
  const within = catalog.matchedIn(message.subject);
  if (within.covering.length === 0) return 'event';
  if (!message.routing.ok) return 'routing';
  if ((catalog.match(message)?.length ?? 0) > 0) return 'catalog';
  const { space, tags } = message.routing.value;
  let nearest: Obstacle | undefined;
  for (const webhook of catalog.selectedBy(message)) {
    const obstacle = obstacleTo(webhook, message, within);
    if (obstacle === 'filter') return obstacle;
    if (obstacle && ORDER.indexOf(obstacle) > ORDER.indexOf(nearest ?? 'webhook')) nearest = obstacle;
  }
  if (nearest) return nearest;
  // Nothing has the rarest value that the message asks for.
  if (!catalog.hasWebhooks(message.subject)) return 'webhook';
  if (space !== undefined || catalog.isWithheld(message)) return 'space';
  return tags.length > 0 ? 'tag' : 'webhook';
}
