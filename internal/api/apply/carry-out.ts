import { changeEvent, deleteEvent, insertEvent } from '../../store/catalog/events.js';
import { rotateSecret } from '../../store/secrets/rotate-secret.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { insertWebhooks } from '../../store/webhooks/insert-webhooks.js';
import type { WebhookFields } from '../../store/webhooks/webhook-row.js';
import { changeWebhook, deleteWebhook } from '../../store/webhooks/webhooks.js';
import { Ticks } from '../../ticks.js';
import type { Receivers } from '../api-deps.js';
import { decideWebhook } from './decide-webhook.js';
import type { EventStep } from './plan-events.js';
import type { WebhookStep } from './plan-webhooks.js';

const DAY_MS = 86_400_000;
/** Webhooks are inserted in batches of this size, and a smaller one counts as `MIN_BYTES`. */
const BATCH_BYTES = 512 * 1024;
const MIN_BYTES = 5 * 1024;
const BYTES_PER_EVENT = 50;

/** The result of a step that was carried out. */
export interface Done {
  readonly id: number;
  /** The signing secret that was generated. */
  readonly secret?: string | undefined;
  readonly isEnabled?: boolean;
}

interface CarryingOut extends SecretStore {
  readonly receivers: Receivers;
  readonly userId: number;
  readonly spaceId: number;
}

export type AnyStep = EventStep | WebhookStep;

/**
 * Carries out the steps of a plan by the functions of POST, PATCH and DELETE, in one transaction. Events are stored
 * before the webhooks that have them, and removed after those.
 */
export async function carryOut(
  { events, webhooks }: { readonly events: readonly EventStep[]; readonly webhooks: readonly WebhookStep[] },
  deps: CarryingOut,
): Promise<ReadonlyMap<AnyStep, Done>> {
  const { db, userId } = deps;
  const done = new Map<AnyStep, Done>();
  const ids = new Map<number, number>();
  for (const step of events) {
    const id = await storeEvent(step, deps);
    if (id === undefined) continue;
    ids.set(step.plannedId, id);
    done.set(step, { id });
  }
  const idOf = (planned: number) => ids.get(planned) ?? planned;
  const storing = { ...deps, idOf };
  const ticks = new Ticks();
  for (const step of webhooks) {
    await ticks.next();
    const made = isChange(step) ? await changeOrRemove(step, storing) : undefined;
    if (made) done.set(step, made);
  }
  for (const [step, made] of await createAll(webhooks, storing)) done.set(step, made);
  for (const step of events) if (step.do === 'remove') await deleteEvent(db, { id: step.plannedId, userId });
  return done;
}

async function storeEvent(step: EventStep, { db, userId }: CarryingOut): Promise<number | undefined> {
  const { fieldsAfter: fields, id } = step;
  if (!fields) return undefined;
  const stored = id === undefined ? insertEvent(db, userId, fields) : changeEvent(db, { id, userId }, () => fields);
  return (await stored).id;
}

const isChange = (step: WebhookStep) => step.do === 'change' || step.do === 'remove';

interface Storing extends CarryingOut {
  /** The stored id of an event that a plan names. */
  idOf(planned: number): number;
}

async function createAll(
  steps: readonly WebhookStep[],
  { idOf, receivers, userId, spaceId, ...store }: Storing,
): Promise<ReadonlyMap<WebhookStep, Done>> {
  const ticks = new Ticks();
  const done = new Map<WebhookStep, Done>();
  const created = steps.flatMap((step) =>
    step.do === 'create' && step.declared ? [{ step, its: step.declared }] : [],
  );
  const sizeOf = ({ its, step: { eventIds = [] } }: (typeof created)[number]) =>
    Math.max(its.bytes, MIN_BYTES, BYTES_PER_EVENT * eventIds.length);
  for (const batch of bySize(created, sizeOf, BATCH_BYTES)) {
    const all: WebhookFields[] = [];
    for (const { step, its } of batch) {
      await ticks.next();
      const body = { ...its.body, event_ids: (step.eventIds ?? []).map(idOf) };
      all.push(decideWebhook(receivers, body, undefined));
    }
    const made = await insertWebhooks(store, { userId, spaceId }, all);
    for (const [nth, { id, newSecret: secret, isEnabled }] of made.entries()) {
      const step = batch[nth]?.step;
      if (step) done.set(step, { id, secret, isEnabled });
    }
  }
  return done;
}

async function changeOrRemove(
  step: WebhookStep,
  { idOf, receivers, userId, ...store }: Storing,
): Promise<Done | undefined> {
  const { id, declared, eventIds = [], purposes, rotation } = step;
  if (id === undefined) return undefined;
  if (step.do === 'remove') {
    await deleteWebhook(store.db, { id, userId });
    return { id };
  }
  if (!declared) return undefined;
  const body = { ...declared.body, event_ids: eventIds.map(idOf) };
  const changed = await changeWebhook(store, { id, userId }, (current) => {
    const fields = decideWebhook(receivers, body, current);
    return { ...fields, secrets: fields.secrets?.filter(({ purpose }) => purposes?.has(purpose)) ?? [] };
  });
  if (rotation) await rotateSecret(store, { id, userId }, () => ({ secret: rotation, overlapMs: DAY_MS }));
  return { id, secret: changed.newSecret, isEnabled: changed.enabled };
}
