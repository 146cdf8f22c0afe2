import { FilterIndex } from '../filter/finding/filter-index.js';
import { ManyByKey } from '../many-by-key.js';
import { type Tags, tagText } from './tags.js';
import type { WebhookSettings } from './webhook-settings.js';

/** The data of a webhook by which it is indexed. */
export interface Target {
  readonly id: number;
  readonly spaceId: number;
  readonly tags: Tags;
  readonly settings: WebhookSettings;
}

/** The enabled webhooks of one event, indexed by the values by which a message is narrowed. */
export class Targets<Webhook extends Target> {
  /** The webhooks whose filter has a condition by which it is found. */
  readonly filtered = new FilterIndex<Webhook>();
  /** The webhooks of strict spaces, which only messages of their space can reach. `filtered` and `others` lack them. */
  readonly walled = new Set<Webhook>();
  /** All others, with and without a filter. */
  readonly others = new Set<Webhook>();
  readonly byTag = new ManyByKey<string, Webhook>();
  readonly bySpace = new ManyByKey<number, Webhook>();
  /** The number of webhooks that have a filter. */
  filters = 0;

  get size(): number {
    return this.openSize + this.walled.size;
  }

  /** The number of webhooks that a message can reach without naming a space. */
  get openSize(): number {
    return this.others.size + this.filtered.size;
  }

  has(webhook: Webhook): boolean {
    return this.others.has(webhook) || this.filtered.has(webhook) || this.walled.has(webhook);
  }

  allOpen(): Iterable<Webhook> {
    return this.filtered.size === 0 ? this.others : both(this.others, this.filtered.all());
  }

  add(webhook: Webhook, isWalled: boolean): void {
    const { filter } = webhook.settings;
    if (filter) this.filters++;
    if (isWalled) this.walled.add(webhook);
    else if (!filter || !this.filtered.add(webhook, filter.condition)) this.others.add(webhook);
    this.bySpace.add(webhook.spaceId, webhook);
    for (const [key, value] of Object.entries(webhook.tags)) this.byTag.add(tagText(key, value), webhook);
  }

  delete(webhook: Webhook): void {
    if (webhook.settings.filter) this.filters--;
    this.others.delete(webhook);
    this.walled.delete(webhook);
    this.filtered.delete(webhook);
    this.bySpace.delete(webhook.spaceId, webhook);
    for (const [key, value] of Object.entries(webhook.tags)) this.byTag.delete(tagText(key, value), webhook);
  }
}

/** The items of one list, and then those of another. */
export function* both<T>(one: Iterable<T>, other: Iterable<T>): Generator<T> {
  yield* one;
  yield* other;
}
