import { noteChange, writeNoted } from '../../store/audit/audited.js';
import { changeEvents, deleteEvents, insertEvents } from '../../store/declared/store-events.js';
import { rotateLocked } from '../../store/secrets/rotate-secret.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { changeLocked } from '../../store/webhooks/change-webhooks.js';
import { deleteLocked } from '../../store/webhooks/delete-webhooks.js';
import { insertWebhooks } from '../../store/webhooks/insert-webhooks.js';
import type { Webhook, WebhookFields } from '../../store/webhooks/webhook-row.js';
import { findWebhooks } from '../../store/webhooks/webhooks.js';
import { Ticks } from '../../ticks.js';
import type { Receivers } from '../api-deps.js';
import { noteWebhooks } from '../audit/note-webhooks.js';
import { decideWebhook } from './decide-webhook.js';
import type { EventStep } from './plan-events.js';
import type { WebhookStep } from './plan-webhooks.js';

const DAY_MS = 86_400_000;
/** Webhooks are stored in batches of this size, and a smaller one counts as `MIN_BYTES`. */
const BATCH_BYTES = 512 * 1024;
const MIN_BYTES = 8 * 1024;
const REMOVED_AT_ONCE = 500;
/** An event of a webhook. */
const BYTES_PER_EVENT = 50;
/** An event with the largest tags has 12 KB. */
const EVENTS_AT_ONCE = 50;

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
 * Carries out the steps of a plan in one transaction and in batches, under the rules of POST, PATCH and DELETE. Events
 * are stored before the webhooks that have them, and removed after those. Stored objects must be locked.
 */
export async function carryOut(
  { events, webhooks }: { readonly events: readonly EventStep[]; readonly webhooks: readonly WebhookStep[] },
  deps: CarryingOut,
): Promise<ReadonlyMap<AnyStep, Done>> {
  const done = new Map<AnyStep, Done>();
  const ids = await storeEvents(events, deps, done);
  const idOf = (planned: number) => ids.get(planned) ?? planned;
  const storing = { ...deps, idOf };
  await removeAll(webhooks, storing, done);
  await changeAll(webhooks, storing, done);
  for (const [step, made] of await createAll(webhooks, storing)) done.set(step, made);
  const removed = events.flatMap((step) => (step.do === 'remove' ? [step.plannedId] : []));
  for (const batch of bySize(removed, () => 1, REMOVED_AT_ONCE)) {
    for (const before of await deleteEvents(deps.db, deps.userId, batch))
      noteChange(deps.db, 'event', { id: before.id, before });
    await writeNoted(deps.db);
  }
  return done;
}

/** Returns the stored ids of the events, by the ids in the plan. */
async function storeEvents(
  steps: readonly EventStep[],
  { db, userId }: CarryingOut,
  done: Map<AnyStep, Done>,
): Promise<ReadonlyMap<number, number>> {
  const ids = new Map<number, number>();
  const storing = steps.filter(({ fieldsAfter }) => fieldsAfter !== undefined);
  for (let from = 0; from < storing.length; from += EVENTS_AT_ONCE) {
    const batch = storing.slice(from, from + EVENTS_AT_ONCE);
    const created = batch.flatMap(({ id, plannedId, fieldsAfter: fields }) =>
      id === undefined && fields ? [{ plannedId, fields }] : [],
    );
    const changed = batch.flatMap(({ id, fieldsAfter: fields }) =>
      id === undefined || !fields ? [] : [{ id, fields }],
    );
    const fields = created.map((each) => each.fields);
    const inserted = await insertEvents(db, userId, fields);
    for (const [nth, { plannedId }] of created.entries()) ids.set(plannedId, inserted[nth] ?? plannedId);
    await changeEvents(db, userId, changed);
    for (const step of batch) {
      const id = ids.get(step.plannedId) ?? step.plannedId;
      done.set(step, { id });
      noteChange(db, 'event', { id, before: step.before, after: step.fieldsAfter });
    }
    await writeNoted(db);
  }
  return ids;
}

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
    await noteWebhooks(store.db, made, new Map());
    for (const [nth, { id, newSecret: secret, isEnabled }] of made.entries()) {
      const step = batch[nth]?.step;
      if (step) done.set(step, { id, secret, isEnabled });
    }
  }
  return done;
}

async function removeAll(
  steps: readonly WebhookStep[],
  { db, userId }: Storing,
  done: Map<AnyStep, Done>,
): Promise<void> {
  const removed = steps.flatMap((step) =>
    step.do === 'remove' && step.id !== undefined ? [{ step, id: step.id }] : [],
  );
  for (const batch of bySize(removed, () => 1, REMOVED_AT_ONCE)) {
    const ids = batch.map(({ id }) => id);
    const webhooks = await findWebhooks(db, ids);
    await deleteLocked(db, ids, userId);
    for (const before of webhooks) noteChange(db, 'webhook', { id: before.id, spaceId: before.spaceId, before });
    await writeNoted(db);
    for (const { step, id } of batch) done.set(step, { id });
  }
}

async function changeAll(
  steps: readonly WebhookStep[],
  { idOf, receivers, userId, db, vault }: Storing,
  done: Map<AnyStep, Done>,
): Promise<void> {
  const changed = steps.flatMap((step) =>
    step.do === 'change' && step.id !== undefined && step.declared ? [{ step, id: step.id, its: step.declared }] : [],
  );
  const sizeOf = ({ its, step: { eventIds = [], storedBytes = 0 } }: (typeof changed)[number]) =>
    Math.max(its.bytes, storedBytes, MIN_BYTES, BYTES_PER_EVENT * eventIds.length);
  for (const batch of bySize(changed, sizeOf, BATCH_BYTES)) {
    const webhooks = await findWebhooks(
      db,
      batch.map(({ id }) => id),
    );
    const stored = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    const changes = batch.flatMap(({ id, step: { eventIds = [], purposes }, its }) => {
      const current = stored.get(id);
      if (!current) return [];
      const body = { ...its.body, event_ids: eventIds.map(idOf) };
      const decide = (open: Webhook) => {
        const fields = decideWebhook(receivers, body, open);
        return { ...fields, secrets: fields.secrets?.filter(({ purpose }) => purposes?.has(purpose)) ?? [] };
      };
      return [{ stored: current, decide }];
    });
    const made = new Map((await changeLocked({ db, vault }, userId, changes)).map((one) => [one.id, one]));
    const rotations = batch.flatMap(({ id, step: { rotation: secret } }) => {
      const current = stored.get(id);
      return current && secret ? [{ current, secret }] : [];
    });
    await rotateLocked({ db, vault }, rotations, DAY_MS);
    const rotated = new Set(rotations.map(({ current }) => current.id));
    const changedOnes = [...made.values()].map(({ id, secrets }) => {
      return { id, secrets: rotated.has(id) ? [...secrets, 'signing'] : secrets };
    });
    await noteWebhooks(db, changedOnes, stored);
    for (const { step, id } of batch) {
      const { newSecret: secret, isEnabled } = made.get(id) ?? {};
      done.set(step, { id, secret, ...(isEnabled !== undefined && { isEnabled }) });
    }
  }
}
