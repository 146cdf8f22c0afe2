import { ManyByKey } from './many-by-key.js';
import type { Routing } from './routing.js';
import type { SealedSecret } from './secret.js';
import { SubjectIndex } from './subject-index.js';
import { carriesTag, type Tags, tagText } from './tags.js';
import type { WebhookSettings } from './webhook-settings.js';

/** An event as matching needs it. */
export interface CatalogEvent {
  readonly id: number;
  readonly subject: string;
}

export type WaitsBecause = 'paused' | 'circuit_open';

/** A webhook as matching, sending and its log rows need it. */
export interface CatalogWebhook {
  readonly id: number;
  readonly url: string;
  readonly enabled: boolean;
  /** Why its deliveries are held although it is enabled. */
  readonly waits?: WaitsBecause | undefined;
  readonly spaceId: number;
  readonly createdById: number;
  readonly tags: Tags;
  readonly eventIds: readonly number[];
  readonly settings: WebhookSettings;
  readonly secrets: readonly SealedSecret[];
}

/** What changed in the store since a version, or a part of it. Deleted ones appear by id only. */
export interface CatalogChanges {
  /** That the catalog has when these are applied: of a part that others follow, the one that it had before. */
  readonly version: number;
  readonly events: readonly CatalogEvent[];
  readonly deletedEventIds: readonly number[];
  readonly webhooks: readonly CatalogWebhook[];
  readonly deletedWebhookIds: readonly number[];
}

/** The enabled webhooks of one event, findable by what a publisher may narrow a message to. */
interface Targets {
  readonly all: Set<CatalogWebhook>;
  readonly byTag: ManyByKey<string, CatalogWebhook>;
  readonly bySpace: ManyByKey<number, CatalogWebhook>;
}

/** The in-memory picture of events and webhooks by which messages are matched. A change costs what changed, not what is there. */
export class Catalog {
  private readonly events = new Map<number, CatalogEvent>();
  private readonly webhooks = new Map<number, CatalogWebhook>();
  private readonly targets = new Map<number, Targets>();
  private readonly index = new SubjectIndex<number>();
  private readonly waitingNow: Record<WaitsBecause, number> = { paused: 0, circuit_open: 0 };
  private currentVersion = 0;

  get version(): number {
    return this.currentVersion;
  }

  get size(): { readonly events: number; readonly webhooks: number } {
    return { events: this.events.size, webhooks: this.webhooks.size };
  }

  /** Webhooks whose deliveries are held, by the reason. */
  get waiting(): Readonly<Record<WaitsBecause, number>> {
    return this.waitingNow;
  }

  /**
   * Applying the same changes twice changes nothing, and the parts of some changes may come in any order. Between the
   * parts the catalog is neither old nor new, under its old version: the journal then stores nothing that it matches.
   */
  apply(changes: CatalogChanges): void {
    for (const id of changes.deletedWebhookIds) this.removeWebhook(id);
    for (const id of changes.deletedEventIds) this.removeEvent(id);
    // Two steps: a subject may have moved from one event to another within the same changes.
    for (const event of changes.events) this.removeEvent(event.id);
    for (const event of changes.events) {
      this.events.set(event.id, event);
      this.index.set(event.subject, event.id);
    }
    for (const webhook of changes.webhooks) {
      this.removeWebhook(webhook.id);
      this.addWebhook(webhook);
    }
    this.currentVersion = Math.max(this.currentVersion, changes.version);
  }

  /** Empty, as before the first changes. */
  clear(): void {
    for (const id of this.webhooks.keys()) this.removeWebhook(id);
    for (const id of this.events.keys()) this.removeEvent(id);
    this.currentVersion = 0;
  }

  subjects(): string[] {
    return [...this.events.values()].map((event) => event.subject);
  }

  webhook(id: number): CatalogWebhook | undefined {
    return this.webhooks.get(id);
  }

  /** The webhooks that a message fires, each once; undefined when no registered event covers its subject. */
  match(subject: string, routing: Routing): readonly CatalogWebhook[] | undefined {
    const eventIds = this.index.match(subject);
    if (eventIds.length === 0) return undefined;
    const found: CatalogWebhook[] = [];
    for (const id of eventIds) {
      const targets = this.targets.get(id);
      if (!targets) continue;
      for (const webhook of candidates(targets, routing)) {
        if (isMeant(webhook, routing)) found.push(webhook);
      }
    }
    return eventIds.length === 1 ? found : [...new Set(found)];
  }

  private removeEvent(id: number): void {
    const event = this.events.get(id);
    if (!event) return;
    this.events.delete(id);
    this.index.delete(event.subject, id);
  }

  private addWebhook(webhook: CatalogWebhook): void {
    this.webhooks.set(webhook.id, webhook);
    if (!webhook.enabled) return;
    if (webhook.waits) this.waitingNow[webhook.waits]++;
    for (const eventId of webhook.eventIds) {
      const targets = this.targets.get(eventId) ?? { all: new Set(), byTag: new ManyByKey(), bySpace: new ManyByKey() };
      this.targets.set(eventId, targets);
      targets.all.add(webhook);
      targets.bySpace.add(webhook.spaceId, webhook);
      for (const [key, value] of Object.entries(webhook.tags)) targets.byTag.add(tagText(key, value), webhook);
    }
  }

  private removeWebhook(id: number): void {
    const webhook = this.webhooks.get(id);
    if (!webhook) return;
    this.webhooks.delete(id);
    if (webhook.enabled && webhook.waits) this.waitingNow[webhook.waits]--;
    for (const eventId of webhook.eventIds) {
      const targets = this.targets.get(eventId);
      if (!targets) continue;
      targets.all.delete(webhook);
      targets.bySpace.delete(webhook.spaceId, webhook);
      for (const [key, value] of Object.entries(webhook.tags)) targets.byTag.delete(tagText(key, value), webhook);
      if (targets.all.size === 0) this.targets.delete(eventId);
    }
  }
}

/** Those under the rarest thing asked for: everybody who is meant is among them. */
function candidates(targets: Targets, routing: Routing): Iterable<CatalogWebhook> {
  let fewest = targets.all.size;
  let found: () => Iterable<CatalogWebhook> = () => targets.all;
  const narrow = <K>(index: ManyByKey<K, CatalogWebhook>, key: K) => {
    const count = index.count(key);
    if (count >= fewest) return;
    fewest = count;
    found = () => index.under(key);
  };
  if (routing.spaceId !== undefined) narrow(targets.bySpace, routing.spaceId);
  for (const tag of routing.tags) narrow(targets.byTag, tagText(tag.key, tag.value));
  return found();
}

function isMeant(webhook: CatalogWebhook, routing: Routing): boolean {
  if (routing.spaceId !== undefined && webhook.spaceId !== routing.spaceId) return false;
  return routing.tags.every((tag) => carriesTag(webhook.tags, tag));
}
