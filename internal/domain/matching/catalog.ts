import type { SealedSecret } from '../secrets/secret.js';
import { ManyByKey } from './many-by-key.js';
import { type Matchable, matches } from './matches.js';
import type { MessageHead } from './message-view.js';
import type { Routing } from './routing.js';
import { SubjectIndex } from './subject-index.js';
import { tagText } from './tags.js';

/** An event as matching needs it. */
export interface CatalogEvent {
  readonly id: number;
  readonly subject: string;
  /** No service answers requests on the subject. */
  readonly publishOnly?: true;
}

export type WaitsBecause = 'paused' | 'circuit_open';

/** A webhook as matching, sending and its log rows need it. */
export interface CatalogWebhook extends Matchable {
  readonly id: number;
  readonly url: string;
  readonly enabled: boolean;
  /** Why its deliveries are held although it is enabled. */
  readonly waits?: WaitsBecause | undefined;
  readonly createdById: number;
  readonly secrets: readonly SealedSecret[];
}

/** Names a state of a catalog. Versions count changes; two states that share a version have different stamps. */
export interface CatalogState {
  readonly version: number;
  /** uuid, or empty before anything was loaded. */
  readonly stamp: string;
}

/** How the store's catalog follows from a state that was loaded before. */
export type CatalogHistory =
  /** Nothing was. */
  | 'begun'
  | 'continued'
  /** The store never had that state, or has lost it: it was restored, or failed over to a server that lacked changes. */
  | 'went_back'
  /** So many changes ago that the store does not remember. */
  | 'forgotten';

/** What changed in the store since a version, or a part of it. Deleted ones appear by id only. */
export interface CatalogChanges {
  /** That the catalog has when these are applied: of a part that others follow, the one that it had before. */
  readonly version: number;
  /** Of that version; absent on a part that others follow. */
  readonly stamp?: string;
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

const NO_WEBHOOKS: readonly CatalogWebhook[] = [];

/** The in-memory picture of events and webhooks by which messages are matched. A change costs what changed, not what is there. */
export class Catalog {
  private events = new Map<number, CatalogEvent>();
  private webhooks = new Map<number, CatalogWebhook>();
  private targets = new Map<number, Targets>();
  private index = new SubjectIndex<number>();
  private waitingNow: Record<WaitsBecause, number> = { paused: 0, circuit_open: 0 };
  private currentVersion = 0;
  private currentStamp = '';

  get version(): number {
    return this.currentVersion;
  }

  get stamp(): string {
    return this.currentStamp;
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
   * parts the catalog is neither old nor new, under its old stamp: the journal then stores nothing that it matches.
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
    this.currentStamp = changes.stamp ?? this.currentStamp;
  }

  /**
   * Takes over the contents of another catalog, which must not be used afterwards. Answers the webhooks that were here and
   * are now gone or another receiver under the same id.
   */
  become(other: Catalog): ReadonlySet<number> {
    const replaced = new Set<number>();
    for (const [id, webhook] of this.webhooks) if (!isSameReceiver(webhook, other.webhooks.get(id))) replaced.add(id);
    this.events = other.events;
    this.webhooks = other.webhooks;
    this.targets = other.targets;
    this.index = other.index;
    this.waitingNow = other.waitingNow;
    this.currentVersion = other.currentVersion;
    this.currentStamp = other.currentStamp;
    return replaced;
  }

  subjects(): string[] {
    return [...this.events.values()].map((event) => event.subject);
  }

  /** Those of them on which no service answers requests. */
  publishOnlySubjects(): string[] {
    return [...this.events.values()].filter(({ publishOnly }) => publishOnly).map(({ subject }) => subject);
  }

  webhook(id: number): CatalogWebhook | undefined {
    return this.webhooks.get(id);
  }

  /** Ids of the registered events that cover a subject. */
  eventsOf(subject: string): readonly number[] {
    return this.index.match(subject);
  }

  /** The webhooks that a message fires, each once; undefined when no registered event covers its subject. */
  match(message: MessageHead): readonly CatalogWebhook[] | undefined {
    const covering = this.index.match(message.subject);
    if (covering.length === 0) return undefined;
    const { routing } = message;
    if (!routing.ok) return NO_WEBHOOKS;
    const found: CatalogWebhook[] = [];
    for (const id of covering) {
      const targets = this.targets.get(id);
      if (!targets) continue;
      for (const webhook of candidates(targets, routing.value)) {
        if (matches(webhook, message, covering)) found.push(webhook);
      }
    }
    return covering.length === 1 ? found : [...new Set(found)];
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

function isSameReceiver(one: CatalogWebhook, other: CatalogWebhook | undefined): boolean {
  const { spaceId, createdById } = one;
  return hasSameUrl(one, other) && other?.spaceId === spaceId && other.createdById === createdById;
}

/** Of a url that is secret in part, the row that holds it tells one from another. */
export function hasSameUrl(one: CatalogWebhook, other: CatalogWebhook | undefined): boolean {
  return other?.url === one.url && urlRow(one) === urlRow(other);
}

const urlRow = ({ secrets }: CatalogWebhook) => secrets.find(({ purpose }) => purpose === 'url')?.row;

/** The webhooks under the rarest thing that the message asks for; `matches` decides which of them receive the message. */
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
