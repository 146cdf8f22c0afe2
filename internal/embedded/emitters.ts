import type { Attached, Restarted } from '../../packages/client/src/emitter/contract.js';
import { makeSendPlan, type SendPlan } from '../destinations/http/send-plan.js';
import { type RetryPolicy, retryPolicyOf } from '../domain/delivery/retry-policy.js';
import { makeFormatOf } from '../domain/format/format-of.js';
import { Catalog, type CatalogEvent, type CatalogWebhook } from '../domain/matching/catalog.js';
import type { MessageHead } from '../domain/matching/message-view.js';
import { NO_SECRETS } from '../domain/secrets/secret.js';
import { schemes } from '../domain/signature/schemes.js';
import type { Destined } from './destined.js';

/** The parts of an emitter that are prepared once for all its requests. */
export interface Prepared {
  readonly plan: SendPlan;
  readonly policy: RetryPolicy;
}

interface UsedEvent {
  readonly event: CatalogEvent;
  uses: number;
}

/** The settings of each emitter replace the schedule and the jitter. */
const POLICY: RetryPolicy = { scheduleMs: [], jitter: 0, maxAgeMs: 0, finalStatuses: [], localFaultDelayMs: 1000 };

const formatOf = makeFormatOf([]);
const NO_TOKENS = {
  sourceFor(): never {
    throw new Error('an emitter needs no access token');
  },
};

/**
 * The emitters by id: each is a webhook of a catalog, with its id as the key. The number of a webhook is never used
 * again, so that an attempt of a removed emitter is not mistaken for one of its successor. Each emitter is a space of
 * its own, because emitters share no limit.
 */
export class Emitters {
  private readonly catalog = new Catalog();
  private readonly webhooks = new Map<string, CatalogWebhook>();
  private readonly prepared = new WeakMap<CatalogWebhook, Prepared>();
  private readonly events = new Map<string, UsedEvent>();
  private lastId = 0;

  attach(id: string, subjects: readonly string[], destined: Destined): Attached {
    const present = this.webhooks.get(id);
    if (present) return present.waits ? 'already_present' : 'already_exists';
    const number = ++this.lastId;
    const { url, settings } = destined;
    const webhook: CatalogWebhook = {
      id: number,
      key: id,
      url,
      enabled: true,
      spaceId: number,
      createdById: number,
      tags: {},
      eventIds: [...new Set(subjects)].map((subject) => this.use(subject)).sort((a, b) => a - b),
      settings,
      secrets: NO_SECRETS,
    };
    this.put(webhook, prepare(webhook, destined));
    return 'ok';
  }

  /** Returns the number of the removed emitter. */
  detach(id: string): number | undefined {
    const webhook = this.webhooks.get(id);
    if (!webhook) return undefined;
    this.webhooks.delete(id);
    const unused = [...this.events.values()].filter(({ event, uses }) => uses === 1 && has(webhook, event));
    for (const used of this.events.values()) if (has(webhook, used.event)) used.uses--;
    for (const { event } of unused) this.events.delete(event.subject);
    this.change({ deletedWebhookIds: [webhook.id], deletedEventIds: unused.map(({ event }) => event.id) });
    return webhook.id;
  }

  /** Returns false if there is no such emitter, or if it is paused already. */
  pause(id: string): boolean {
    const webhook = this.webhooks.get(id);
    if (!webhook || webhook.waits) return false;
    this.replace(webhook, { ...webhook, waits: 'paused' });
    return true;
  }

  restart(id: string): Restarted {
    const webhook = this.webhooks.get(id);
    if (!webhook) return 'not_found';
    if (!webhook.waits) return 'running';
    this.replace(webhook, { ...webhook, waits: undefined });
    return 'ok';
  }

  numberOf(id: string): number | undefined {
    return this.webhooks.get(id)?.id;
  }

  running(): readonly string[] {
    return [...this.webhooks].flatMap(([id, { waits }]) => (waits ? [] : [id]));
  }

  find(number: number): CatalogWebhook | undefined {
    return this.catalog.webhook(number);
  }

  /** Whether the emitter exists and is not paused. */
  isSentTo(number: number): boolean {
    const webhook = this.find(number);
    return webhook !== undefined && webhook.waits === undefined;
  }

  /** Returns the emitters of an event, also those that are paused. */
  match(message: MessageHead): readonly CatalogWebhook[] {
    return this.catalog.match(message) ?? [];
  }

  preparedOf(webhook: CatalogWebhook): Prepared {
    const prepared = this.prepared.get(webhook);
    if (!prepared) throw new Error(`the emitter ${webhook.key} was not prepared`);
    return prepared;
  }

  private use(subject: string): number {
    const used = this.events.get(subject);
    if (used) {
      used.uses++;
      return used.event.id;
    }
    const event = { id: ++this.lastId, subject };
    this.events.set(subject, { event, uses: 1 });
    this.change({ events: [event] });
    return event.id;
  }

  private replace(webhook: CatalogWebhook, by: CatalogWebhook): void {
    this.put(by, this.preparedOf(webhook));
  }

  private put(webhook: CatalogWebhook, prepared: Prepared): void {
    this.prepared.set(webhook, prepared);
    this.webhooks.set(webhook.key ?? '', webhook);
    this.change({ webhooks: [webhook] });
  }

  private change(changes: Partial<Parameters<Catalog['apply']>[0]>): void {
    const none = { events: [], deletedEventIds: [], webhooks: [], deletedWebhookIds: [], spaces: [] };
    this.catalog.apply({ version: this.catalog.version + 1, ...none, ...changes });
  }
}

const has = ({ eventIds }: CatalogWebhook, { id }: CatalogEvent) => eventIds.includes(id);

function prepare(webhook: CatalogWebhook, { secret, settings }: Destined): Prepared {
  const secrets = secret === undefined ? [] : [{ purpose: 'signing' as const, value: secret, expiresAt: undefined }];
  const plan = makeSendPlan(webhook, secrets, { tokens: NO_TOKENS, formatOf });
  // Without a secret, event and delivery are sent all the same.
  const unsigned = schemes['webhooks-emitter'].makeSign([], settings.signature?.prefix ?? '');
  return { plan: { ...plan, sign: plan.sign ?? unsigned }, policy: retryPolicyOf(settings.retry, POLICY) };
}
