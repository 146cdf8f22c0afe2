import type { Tag, Tags } from '../domain/tags.js';
import type { Webhook } from '../domain/webhook.js';
import type { WebhookSettings } from '../domain/webhook-settings.js';
import { AppError } from '../errors.js';
import { inTransaction } from './in-transaction.js';
import type { Db } from './knex.js';
import { carryingTags, countOf, type ListOf, type Page, pageOf } from './list-page.js';
import { eventsOf, holdEvents, replaceEvents } from './webhook-events.js';
import { toWebhook, type WebhookRow } from './webhook-row.js';

/** What people decide about a webhook. */
export interface WebhookFields {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly tags: Tags;
  readonly eventIds: readonly number[];
  readonly settings: WebhookSettings;
}

export interface WebhookFilter {
  readonly spaceId: number | undefined;
  readonly tags: readonly Tag[];
}

export async function listWebhooks(db: Db, filter: WebhookFilter, page: Page): Promise<ListOf<Webhook>> {
  const matching = carryingTags(db('webhooks').whereNull('deleted_at'), 'tags', filter.tags);
  if (filter.spaceId !== undefined) matching.where('space_id', filter.spaceId);
  const total = await countOf(matching);
  const rows: WebhookRow[] = await pageOf(matching, page).orderBy('id');
  const ids = rows.map((row) => row.id);
  const events = ids.length > 0 ? await eventsOf(db, ids) : new Map();
  return { total, nodes: rows.map((row) => toWebhook(row, events.get(row.id) ?? [])) };
}

/** A living webhook; a deleted or unknown one is refused as `not_found`. */
export async function loadWebhook(db: Db, id: number): Promise<Webhook> {
  return withEvents(db, onlyRow(await db('webhooks').where({ id }).whereNull('deleted_at')));
}

/** A webhook as it is or was: a deleted one too. */
export async function loadWebhookEvenDeleted(db: Db, id: number): Promise<Webhook> {
  return withEvents(db, onlyRow(await db('webhooks').where({ id })));
}

/** Unknown events are refused by their ids. */
export async function insertWebhook(
  db: Db,
  owner: { readonly userId: number; readonly spaceId: number },
  fields: WebhookFields,
): Promise<Webhook> {
  return inTransaction(db, async (trx) => {
    const events = await holdEvents(trx, fields.eventIds);
    const rows: WebhookRow[] = await trx('webhooks')
      .insert({
        ...columns(fields),
        space_id: owner.spaceId,
        created_by_id: owner.userId,
        updated_by_id: owner.userId,
      })
      .returning('*');
    const webhook = toWebhook(onlyRow(rows), events);
    await replaceEvents(trx, webhook.id, events);
    return webhook;
  });
}

/** Stores what `decide` makes of the webhook as it stands; nobody else changes it meanwhile. */
export async function changeWebhook(
  db: Db,
  key: { readonly id: number; readonly userId: number },
  decide: (current: Webhook) => WebhookFields,
): Promise<Webhook> {
  return inTransaction(db, async (trx) => {
    const locked = onlyRow(await trx('webhooks').where({ id: key.id }).whereNull('deleted_at').forUpdate());
    const fields = decide(await withEvents(trx, locked));
    const events = await holdEvents(trx, fields.eventIds);
    await replaceEvents(trx, key.id, events);
    const rows: WebhookRow[] = await trx('webhooks')
      .where({ id: key.id })
      .update({
        ...columns(fields),
        ...(fields.enabled ? { disabled_because: null } : {}),
        updated_by_id: key.userId,
        updated_at: trx.fn.now(),
      })
      .returning('*');
    return toWebhook(onlyRow(rows), events);
  });
}

export async function deleteWebhook(db: Db, key: { readonly id: number; readonly userId: number }): Promise<void> {
  const deleted = await inTransaction(db, async (trx) => {
    const now = trx.fn.now();
    return trx('webhooks')
      .where({ id: key.id })
      .whereNull('deleted_at')
      .update({ deleted_at: now, updated_at: now, updated_by_id: key.userId });
  });
  if (deleted === 0) throw new AppError('not_found', 'Record not found');
}

/** Whether an enabled webhook of the space has exactly this event. */
export async function isEventEnabled(db: Db, spaceId: number, subject: string): Promise<boolean> {
  const found = await db('events')
    .join('webhook_events', 'webhook_events.event_id', 'events.id')
    .join('webhooks', 'webhooks.id', 'webhook_events.webhook_id')
    // The index is on lower(event); the second condition makes it exact.
    .whereRaw('lower(events.event) = lower(?) and events.event = ?', [subject, subject])
    .whereNull('events.deleted_at')
    .where({ 'webhooks.space_id': spaceId, 'webhooks.enabled': true })
    .whereNull('webhooks.deleted_at')
    .first('webhooks.id');
  return found !== undefined;
}

function onlyRow([row]: readonly WebhookRow[]): WebhookRow {
  if (!row) throw new AppError('not_found', 'Record not found');
  return row;
}

async function withEvents(db: Db, row: WebhookRow): Promise<Webhook> {
  const events = await eventsOf(db, [row.id]);
  return toWebhook(row, events.get(row.id) ?? []);
}

function columns(fields: WebhookFields) {
  return {
    name: fields.name,
    url: fields.url,
    enabled: fields.enabled,
    tags: JSON.stringify(fields.tags),
    settings: JSON.stringify(fields.settings),
  };
}
