import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { orderKeyOf } from '../domain/delivery/order-key.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { MessageView } from '../domain/matching/message-view.js';
import { dueAtOf } from '../domain/message/headers/due-at.js';

/** A delayed delivery with the ordering key in which it gets a position. */
export interface Placement {
  readonly delivery: OwnedDelivery;
  readonly orderKey: string;
}

export interface PlaceDelayedDeps {
  find(webhookId: number): CatalogWebhook | undefined;
  /** Gives each delivery a position behind all others of its key, in this order. They are not owned any more. */
  place(placements: readonly Placement[]): Promise<void>;
  /** A delivery of this ordering key may be the next one. */
  advance(webhookId: number, orderKey: string): void;
}

export type PlaceDelayed = (claimed: readonly OwnedDelivery[]) => Promise<readonly OwnedDelivery[]>;

/**
 * Gives delayed deliveries of ordered webhooks their positions when they become due, as if their messages were
 * published then. Returns the other deliveries, which can be sent.
 */
export function makePlaceDelayed({ find, place, advance }: PlaceDelayedDeps): PlaceDelayed {
  const placementOf = (delivery: OwnedDelivery): Placement | undefined => {
    const webhook = find(delivery.webhookId);
    const orderKey = webhook && lateOrderKeyOf(delivery, webhook);
    return orderKey === undefined ? undefined : { delivery, orderKey };
  };

  return async (claimed) => {
    const late = claimed.map(placementOf).filter((one) => one !== undefined);
    if (late.length === 0) return claimed;
    await place(late.sort(byTime));
    for (const { delivery, orderKey } of late) advance(delivery.webhookId, orderKey);
    const placed = new Set(late.map(({ delivery }) => delivery));
    return claimed.filter((one) => !placed.has(one));
  };
}

/** Deliveries of one time keep the order in which their messages were received. */
const byTime = ({ delivery: { message: a } }: Placement, { delivery: { message: b } }: Placement) =>
  dueAtOf(a) - dueAtOf(b) || a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1);

/**
 * Returns the ordering key of a delayed delivery that is due and has no position yet. A delivery that was delayed is
 * stored without a key, so that the others of its key do not wait for it. A replay is never ordered.
 */
function lateOrderKeyOf(
  { message, orderKey, replay }: OwnedDelivery,
  webhook: Pick<CatalogWebhook, 'id' | 'settings'>,
): string | undefined {
  if (!webhook.settings.ordering || orderKey !== undefined || replay || message.headers.length === 0) return undefined;
  const { subject, headers, payload, receivedAt } = message;
  if (dueAtOf(message) === receivedAt) return undefined;
  return orderKeyOf(webhook, new MessageView(subject, headers, payload, receivedAt));
}
