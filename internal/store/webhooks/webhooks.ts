import type { Knex } from 'knex';
import type { Tag } from '../../domain/matching/tags.js';
import type { WebhookState } from '../../domain/matching/webhook-condition.js';
import { AppError } from '../../errors.js';
import type { Spaces } from '../../identity/principal.js';
import { noteChange } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags, type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { type ChangeOf, requireRevision } from '../records/change.js';
import { byNames, type NameFilter } from '../records/name-filter.js';
import { refuseTakenKey, storeKey } from '../records/taken-key.js';
import { hintsOf, type SecretStore } from '../secrets/webhook-secrets.js';
import { changeLocked } from './change-webhooks.js';
import { deleteLocked } from './delete-webhooks.js';
import { insertWebhooks, type WebhookOwner } from './insert-webhooks.js';
import { conditionsOf, IN_STATE } from './webhook-conditions.js';
import { eventIdsOf } from './webhook-events.js';
import { type ChangedWebhook, toWebhook, type Webhook, type WebhookFields, type WebhookRow } from './webhook-row.js';

export interface WebhookFilter extends NameFilter {
  /** The spaces that the caller asks for and may reach. */
  readonly spaces: Spaces;
  readonly tags: readonly Tag[];
  readonly state?: WebhookState | undefined;
}

export const WEBHOOKS_ORDER: Keyset = { columns: [{ name: 'id', kind: 'integer' }], direction: 'asc' };

/** The id of a webhook of a page, and its size in bytes without its events: a page of whole webhooks may be large. */
export interface WebhookKey {
  readonly id: number;
  readonly bytes: number;
}

/** Lists a page of keys. The webhooks themselves are read step by step. */
export async function listWebhooks(db: Db, filter: WebhookFilter, page: Page): Promise<ListOf<WebhookKey>> {
  const matching = byNames(carryingTags(db('webhooks').whereNull('deleted_at'), 'tags', filter.tags), filter);
  if (filter.spaces !== 'all') inSpaces(matching, filter.spaces);
  if (filter.state) matching.whereRaw(IN_STATE[filter.state]);
  const columns = [
    'id',
    db.raw('octet_length(own_settings::text) + octet_length(tags::text) + octet_length(url) as bytes'),
  ];
  const list = { matching, order: WEBHOOKS_ORDER, columns, toNode: ({ id, bytes }: WebhookKey) => ({ id, bytes }) };
  return readPage<WebhookKey, WebhookKey>(db, list, page);
}

/** One space alone is compared by equality, so that the index of spaces also gives the order. */
function inSpaces(matching: Knex.QueryBuilder, [only, ...others]: readonly number[]): Knex.QueryBuilder {
  if (only !== undefined && others.length === 0) return matching.where('space_id', only);
  return matching.whereRaw('space_id = any(?::bigint[])', [only === undefined ? [] : [only, ...others]]);
}

/** Returns the webhooks with these ids that are not deleted, in any order. */
export async function findWebhooks(db: Db, ids: readonly number[]): Promise<readonly Webhook[]> {
  const rows: WebhookRow[] = await db('webhooks')
    .whereRaw('id = any(?::int[])', [[...ids]])
    .whereNull('deleted_at');
  return rows.map(await makeCompleting(db, rows));
}

/** Loads a webhook that is not deleted. A deleted or unknown webhook is refused as `not_found`. */
export async function loadWebhook(db: Db, id: number): Promise<Webhook> {
  return wholeOne(db, onlyRow(await db('webhooks').where({ id }).whereNull('deleted_at')));
}

/** Loads a webhook even if it is deleted. */
export async function loadWebhookEvenDeleted(db: Db, id: number): Promise<Webhook> {
  return wholeOne(db, onlyRow(await db('webhooks').where({ id })));
}

/** Locks a webhook and its secrets against other changes until the transaction ends, and checks its revision. */
export async function lockWebhook(trx: Db, change: ChangeOf): Promise<Webhook> {
  const row = onlyRow(await trx('webhooks').where({ id: change.id }).whereNull('deleted_at').forUpdate());
  requireRevision(row, change);
  return wholeOne(trx, row);
}

/** Refuses unknown events by their ids. */
export async function insertWebhook(
  { db, vault }: SecretStore,
  owner: WebhookOwner,
  fields: WebhookFields,
): Promise<ChangedWebhook> {
  const inserted = inTransaction(db, async (trx) => {
    const inserting = insertWebhooks({ db: trx, vault }, owner, [fields]);
    const [made] = await storeKey({ of: 'webhook', key: fields.key, spaceId: owner.spaceId }, inserting);
    const row = made && (await trx('webhooks').where({ id: made.id }));
    const after = await wholeOne(trx, onlyRow(row ?? []));
    noteChange(trx, 'webhook', { id: after.id, spaceId: after.spaceId, after });
    return { ...after, newSecret: made?.newSecret };
  });
  return refuseTakenKey(db, inserted);
}

/**
 * Passes the current webhook to `decide`, with its url and headers as they are sent, and stores the result. The webhook
 * is locked meanwhile.
 */
export async function changeWebhook(
  { db, vault }: SecretStore,
  change: ChangeOf,
  decide: (current: Webhook) => WebhookFields,
): Promise<ChangedWebhook> {
  const { id, userId } = change;
  const changed = inTransaction(db, async (trx) => {
    const stored = await lockWebhook(trx, change);
    const [made] = await changeLocked({ db: trx, vault }, userId, [{ stored, decide }]);
    const after = await loadWebhook(trx, id);
    noteChange(trx, 'webhook', { id, spaceId: after.spaceId, before: stored, after, secrets: made?.secrets });
    return { ...after, newSecret: made?.newSecret };
  });
  return refuseTakenKey(db, changed);
}

export async function deleteWebhook(db: Db, change: ChangeOf): Promise<void> {
  const { id, userId } = change;
  await inTransaction(db, async (trx) => {
    const before = await lockWebhook(trx, change);
    await deleteLocked(trx, [id], userId);
    noteChange(trx, 'webhook', { id, spaceId: before.spaceId, before });
  });
}

/** Returns whether an enabled webhook of the space, or of any space, has exactly this event. */
export async function isEventEnabled(db: Db, spaceId: number | undefined, subject: string): Promise<boolean> {
  const found = await db('events')
    .join('webhook_events', 'webhook_events.event_id', 'events.id')
    .join('webhooks', 'webhooks.id', 'webhook_events.webhook_id')
    // The index is on lower(event). The second condition makes the comparison exact.
    .whereRaw('lower(events.event) = lower(?) and events.event = ?', [subject, subject])
    .whereNull('events.deleted_at')
    .where({ 'webhooks.enabled': true, ...(spaceId !== undefined && { 'webhooks.space_id': spaceId }) })
    .whereNull('webhooks.deleted_at')
    .first('webhooks.id');
  return found !== undefined;
}

function onlyRow([row]: readonly WebhookRow[]): WebhookRow {
  if (!row) throw new AppError('not_found', 'Record not found');
  return row;
}

async function wholeOne(db: Db, row: WebhookRow): Promise<Webhook> {
  return (await makeCompleting(db, [row]))(row);
}

/** Reads the rows' data in related tables, and returns a function that combines both. */
async function makeCompleting(db: Db, rows: readonly WebhookRow[]): Promise<(row: WebhookRow) => Webhook> {
  const ids = rows.map(({ id }) => id);
  const eventIds = await eventIdsOf(db, ids);
  const secrets = await hintsOf(db, ids);
  const conditionOf = await conditionsOf(db, ids);
  return (row) =>
    toWebhook(row, {
      eventIds: eventIds.get(row.id) ?? [],
      secrets: secrets.get(row.id) ?? [],
      condition: conditionOf(row),
    });
}
