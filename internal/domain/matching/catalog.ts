import { FILTER_MAX_BYTES, type FilterScope } from '../filter/message-values.js';
import { eachPath, isInPayload } from '../filter/paths-of.js';
import { WantedPaths } from '../filter/values/wanted-paths.js';
import { ManyByKey } from '../many-by-key.js';
import type { CatalogSchema } from '../schema/event-schema.js';
import type { SealedSecret } from '../secrets/secret.js';
import { candidates } from './candidates.js';
import { spacesNamed, spacesReached } from './isolation.js';
import { type Matchable, type MatchedIn, matches } from './matches.js';
import type { MessageHead } from './message-view.js';
import { type CatalogSpace, type KnownSpaces, SpaceKeys } from './space-names.js';
import { SubjectIndex } from './subject-index.js';
import { Targets } from './targets.js';
import { NO_SETTINGS, type WebhookSettings } from './webhook-settings.js';

/** The data of an event that matching needs. */
export interface CatalogEvent {
  readonly id: number;
  readonly subject: string;
  /** Set when no service answers requests on the subject. */
  readonly publishOnly?: true;
  /** The versions of its schema, newest first. Present if one of them is not off. */
  readonly schemas?: readonly CatalogSchema[];
}

/** An event whose messages are checked when they are accepted. */
export type GatedEvent = Pick<CatalogEvent, 'subject'> & { readonly schemas: readonly CatalogSchema[] };

export type WaitsBecause = 'paused' | 'circuit_open';

/** The data of a webhook that matching, sending and its log rows need. */
export interface CatalogWebhook extends Matchable {
  readonly url: string;
  readonly enabled: boolean;
  /** The reason why its deliveries are parked although the webhook is enabled. */
  readonly waits?: WaitsBecause | undefined;
  readonly createdById: number;
  readonly secrets: readonly SealedSecret[];
  /** The webhook's own settings, if `settings` are resolved with the defaults of its space, or capped. */
  readonly own?: OwnSettings;
  /** The reason why some of its settings could not be read. They are absent in `settings`, so nothing is sent to it. */
  readonly settingsProblem?: string | undefined;
}

type OwnSettings = Pick<CatalogWebhook, 'settings' | 'settingsProblem'>;

/** Identifies a state of a catalog. Versions count changes; two states that share a version have different stamps. */
export interface CatalogState {
  readonly version: number;
  /** A uuid, or an empty string before anything was loaded. */
  readonly stamp: string;
}

/** The relation between the store's catalog and a state that was loaded before. */
export type CatalogHistory =
  /** No state was loaded before. */
  | 'begun'
  | 'continued'
  /** The store never had that state or has lost it: it was restored, or failed over to a server that lacked changes. */
  | 'went_back'
  /** The state is so many changes old that the store no longer remembers it. */
  | 'forgotten';

/**
 * The changes in the store since a version, or a part of those changes. Deleted events and webhooks appear by id only.
 */
export interface CatalogChanges {
  /**
   * The version of the catalog once these changes are applied. In a part that other parts follow, it is the version
   * before.
   */
  readonly version: number;
  /** The stamp of that version. It is absent in a part that other parts follow. */
  readonly stamp?: string;
  readonly events: readonly CatalogEvent[];
  readonly deletedEventIds: readonly number[];
  readonly webhooks: readonly CatalogWebhook[];
  readonly deletedWebhookIds: readonly number[];
  /** Spaces of which the catalog has to know something else than before. */
  readonly spaces: readonly CatalogSpace[];
}

/** Settings of the instance by which messages are matched. */
export interface CatalogRules {
  /** Filters do not look into larger payloads. */
  readonly filterMaxBytes: number;
  /** Caps the settings of a webhook to the operator's limits. */
  readonly cap?: (settings: WebhookSettings) => WebhookSettings;
}

const NO_WEBHOOKS: readonly CatalogWebhook[] = [];
const NO_EVENTS: readonly GatedEvent[] = [];

/**
 * The copy of all events and webhooks in memory, against which messages are matched. The cost of an update depends on
 * the size of the change, not on the size of the catalog.
 */
export class Catalog {
  private events = new Map<number, CatalogEvent>();
  private webhooks = new Map<number, CatalogWebhook>();
  /** All webhooks by id, those that have a key by their keys, and the keys of spaces. */
  private named = { byId: this.webhooks, byKey: new ManyByKey<string, CatalogWebhook>(), spaces: new SpaceKeys() };
  private targets = new Map<number, Targets<CatalogWebhook>>();
  private index = new SubjectIndex<number>();
  private filterPaths = new WantedPaths();
  private currentScope: FilterScope | undefined;
  /** Number of events with schemas. */
  private gated = 0;
  private waitingNow: Record<WaitsBecause, number> = { paused: 0, circuit_open: 0 };
  private currentVersion = 0;
  private currentStamp = '';

  constructor(private readonly rules: CatalogRules = { filterMaxBytes: FILTER_MAX_BYTES }) {}

  get version(): number {
    return this.currentVersion;
  }

  get stamp(): string {
    return this.currentStamp;
  }

  get size(): { readonly events: number; readonly webhooks: number } {
    return { events: this.events.size, webhooks: this.webhooks.size };
  }

  /** Number of webhooks whose deliveries are parked, per reason. */
  get waiting(): Readonly<Record<WaitsBecause, number>> {
    return this.waitingNow;
  }

  /**
   * Applies changes. Applying the same changes twice has no further effect, and the parts of a set of changes may come
   * in any order. Between the parts the catalog is neither old nor new and keeps its old stamp, so the journal stores
   * no message that is matched in that state.
   */
  apply(changes: CatalogChanges): void {
    for (const id of changes.deletedWebhookIds) this.removeWebhook(id);
    for (const id of changes.deletedEventIds) this.removeEvent(id);
    // All removals come first, because a subject may have moved from one event to another within the same changes.
    for (const event of changes.events) this.removeEvent(event.id);
    for (const event of changes.events) {
      this.events.set(event.id, event);
      if (event.schemas) this.gated++;
      this.index.set(event.subject, event.id);
    }
    this.placeAgain(this.named.spaces.change(changes.spaces));
    for (const webhook of changes.webhooks) {
      this.removeWebhook(webhook.id);
      this.addWebhook(this.resolved(webhook));
    }
    this.currentVersion = Math.max(this.currentVersion, changes.version);
    this.currentStamp = changes.stamp ?? this.currentStamp;
  }

  /** A catalog with the same rules and nothing in it. */
  empty(): Catalog {
    return new Catalog(this.rules);
  }

  /**
   * Takes over the contents of another catalog, which must not be used afterwards. Returns the ids of webhooks in this
   * catalog that are now gone, or that name another receiver.
   */
  become(other: Catalog): ReadonlySet<number> {
    const replaced = new Set<number>();
    for (const [id, webhook] of this.webhooks) if (!isSameReceiver(webhook, other.webhooks.get(id))) replaced.add(id);
    this.events = other.events;
    this.webhooks = other.webhooks;
    this.named = other.named;
    this.targets = other.targets;
    this.index = other.index;
    this.filterPaths = other.filterPaths;
    this.currentScope = undefined;
    this.gated = other.gated;
    this.waitingNow = other.waitingNow;
    this.currentVersion = other.currentVersion;
    this.currentStamp = other.currentStamp;
    return replaced;
  }

  subjects(): string[] {
    return [...this.events.values()].map((event) => event.subject);
  }

  /** Subjects of the events on which no service answers requests. */
  publishOnlySubjects(): string[] {
    return [...this.events.values()].filter(({ publishOnly }) => publishOnly).map(({ subject }) => subject);
  }

  webhook(id: number): CatalogWebhook | undefined {
    return this.webhooks.get(id);
  }

  /** The ids of spaces by their keys, and the strict ones. */
  get spaces(): KnownSpaces {
    return this.named.spaces;
  }

  /** Returns the ids of the registered events that cover a subject. */
  eventsOf(subject: string): readonly number[] {
    return this.index.match(subject);
  }

  /** The events with schemas that cover a subject. The search is left out as long as no event has one. */
  gatesOf(subject: string): readonly GatedEvent[] {
    if (this.gated === 0) return NO_EVENTS;
    return this.index.match(subject).flatMap((id) => {
      const event = this.events.get(id);
      return event?.schemas ? [{ subject: event.subject, schemas: event.schemas }] : [];
    });
  }

  /** All events with schemas. */
  *gatedEvents(): Generator<GatedEvent> {
    if (this.gated === 0) return;
    for (const { subject, schemas } of this.events.values()) if (schemas) yield { subject, schemas };
  }

  /** Returns each webhook that the message fires, once, or undefined when no registered event covers its subject. */
  match(message: MessageHead): readonly CatalogWebhook[] | undefined {
    const within = this.matchedIn(message.subject);
    const { covering, scope } = within;
    if (covering.length === 0) return undefined;
    const { routing } = message;
    if (!routing.ok) return NO_WEBHOOKS;
    const { spaces } = this.named;
    const wanted = {
      routing: routing.value,
      values: () => message.valuesFor(scope),
      named: () => spacesNamed(message, spaces),
    };
    const found: CatalogWebhook[] = [];
    for (const id of covering) {
      const targets = this.targets.get(id);
      if (!targets) continue;
      for (const webhook of candidates(targets, wanted, this.named)) {
        if (matches(webhook, message, within)) found.push(webhook);
      }
    }
    return covering.length === 1 ? found : [...new Set(found)];
  }

  /** The enabled webhooks of which some are selected by the headers of a message, whatever their filters are. */
  *selectedBy(message: MessageHead): Generator<CatalogWebhook> {
    const { routing } = message;
    if (!routing.ok) return;
    const wanted = { routing: routing.value, named: () => spacesNamed(message, this.named.spaces) };
    for (const id of this.index.match(message.subject)) {
      const targets = this.targets.get(id);
      if (targets) yield* candidates(targets, wanted, this.named);
    }
  }

  /** The knowledge with which messages of a subject are matched now. */
  matchedIn(subject: string): MatchedIn {
    return { covering: this.index.match(subject), spaces: this.named.spaces, scope: this.scope };
  }

  /** Whether an event that covers the subject has an enabled webhook. */
  hasWebhooks(subject: string): boolean {
    return this.index.match(subject).some((id) => (this.targets.get(id)?.size ?? 0) > 0);
  }

  /** Whether webhooks of strict spaces have the message's event, while the message names no space that it can reach. */
  isWithheld(message: MessageHead): boolean {
    const { spaces } = this.named;
    if (!spaces.hasStrict || spacesReached(message, spaces).size > 0) return false;
    return this.index.match(message.subject).some((id) => (this.targets.get(id)?.walled.size ?? 0) > 0);
  }

  /** Whether a webhook of an event that covers the subject has a filter. */
  hasFilters(subject: string): boolean {
    return this.index.match(subject).some((id) => (this.targets.get(id)?.filters ?? 0) > 0);
  }

  /** One object as long as the paths are the same ones, so that a message is scanned once. */
  private get scope(): FilterScope {
    this.currentScope ??= { paths: this.filterPaths, maxBytes: this.rules.filterMaxBytes };
    return this.currentScope;
  }

  /** The settings of a webhook, resolved with the defaults of its space, and capped. Most webhooks stay as they are. */
  private resolved(webhook: CatalogWebhook): CatalogWebhook {
    const { own = webhook, ...rest } = webhook;
    const defaults = this.named.spaces.defaultsOf(webhook.spaceId);
    const whole = defaults?.resolve(own.settings) ?? own.settings;
    const settings = whole === NO_SETTINGS ? whole : (this.rules.cap?.(whole) ?? whole);
    if (settings === own.settings && own === webhook) return webhook;
    const { settingsProblem } = own;
    if (settings === own.settings) return { ...rest, settings, settingsProblem };
    const mine = { settings: own.settings, settingsProblem };
    return { ...rest, settings, settingsProblem: settingsProblem ?? defaults?.problem, own: mine };
  }

  /**
   * The webhooks of a strict space are indexed apart, and those of a space with defaults have other settings. The scan
   * takes 2 ms for 100,000 webhooks, and is rare.
   */
  private placeAgain(spaces: ReadonlySet<number>): void {
    if (spaces.size === 0) return;
    for (const webhook of [...this.webhooks.values()]) {
      if (!spaces.has(webhook.spaceId)) continue;
      // Whether the index counts it as of a strict space does not matter for its removal.
      this.removeWebhook(webhook.id);
      this.addWebhook(this.resolved(webhook));
    }
  }

  private removeEvent(id: number): void {
    const event = this.events.get(id);
    if (!event) return;
    this.events.delete(id);
    if (event.schemas) this.gated--;
    this.index.delete(event.subject, id);
  }

  private addWebhook(webhook: CatalogWebhook): void {
    this.webhooks.set(webhook.id, webhook);
    if (webhook.key !== undefined) this.named.byKey.add(webhook.key, webhook);
    if (!webhook.enabled) return;
    if (webhook.waits) this.waitingNow[webhook.waits]++;
    for (const eventId of webhook.eventIds) {
      const targets = this.targets.get(eventId) ?? new Targets<CatalogWebhook>();
      this.targets.set(eventId, targets);
      targets.add(webhook, this.named.spaces.strict(webhook.spaceId) !== undefined);
    }
    eachPayloadPath(webhook, (path) => this.filterPaths.add(path));
  }

  private removeWebhook(id: number): void {
    const webhook = this.webhooks.get(id);
    if (!webhook) return;
    this.webhooks.delete(id);
    if (webhook.key !== undefined) this.named.byKey.delete(webhook.key, webhook);
    if (!webhook.enabled) return;
    if (webhook.waits) this.waitingNow[webhook.waits]--;
    for (const eventId of webhook.eventIds) {
      const targets = this.targets.get(eventId);
      targets?.delete(webhook);
      if (targets?.size === 0) this.targets.delete(eventId);
    }
    eachPayloadPath(webhook, (path) => this.filterPaths.remove(path));
  }
}

function eachPayloadPath({ settings }: CatalogWebhook, visit: (path: string) => void): void {
  if (settings.filter) eachPath(settings.filter.condition, (path) => isInPayload(path) && visit(path));
}

function isSameReceiver(one: CatalogWebhook, other: CatalogWebhook | undefined): boolean {
  const { spaceId, createdById } = one;
  return hasSameUrl(one, other) && other?.spaceId === spaceId && other.createdById === createdById;
}

/**
 * Compares the URLs of two webhooks. For a URL with a secret part, the row of its secret is compared too.
 */
export function hasSameUrl(one: CatalogWebhook, other: CatalogWebhook | undefined): boolean {
  return other?.url === one.url && urlRow(one) === urlRow(other);
}

const urlRow = ({ secrets }: CatalogWebhook) => secrets.find(({ purpose }) => purpose === 'url')?.row;
