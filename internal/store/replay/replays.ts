import type { FieldChanges } from '../../domain/audit/audit-row.js';
import { changesBetween } from '../../domain/audit/field-changes.js';
import type { Replay, ReplayRequest } from '../../domain/delivery/replay.js';
import { AppError } from '../../errors.js';
import type { Spaces } from '../../identity/principal.js';
import { noteObject } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { type ReplayRow, toReplay } from './replay-row.js';

export interface NewReplay extends ReplayRequest {
  readonly createdAt: Date;
  readonly createdById: number;
  readonly total: number;
}

export async function insertReplay(db: Db, replay: NewReplay): Promise<Replay> {
  const cells = {
    created_at: replay.createdAt,
    created_by_id: replay.createdById,
    webhook_id: replay.webhookId,
    outcome: replay.outcome,
    since: replay.since,
    until: replay.until,
    event: replay.event ?? null,
    total: replay.total,
  };
  return inTransaction(db, async (trx) => {
    const made = onlyReplay(await trx('replays').insert(cells).returning('*'));
    const { webhook_id, outcome, since, until, event } = cells;
    const after = { webhook_id, outcome, since: since.toISOString(), until: until.toISOString(), event };
    await noteReplay(trx, made, changesBetween(undefined, after));
    return made;
  });
}

async function noteReplay(trx: Db, { id, webhookId }: Replay, changes: FieldChanges): Promise<void> {
  const row: { space_id: string } | undefined = await trx('webhooks').where({ id: webhookId }).first('space_id');
  noteObject(trx, { object: `replay:${id}`, spaceId: row && Number(row.space_id), changes });
}

/** The newest replay is first. */
export const REPLAYS_ORDER: Keyset = {
  columns: [
    { name: 'created_at', kind: 'instant' },
    { name: 'id', kind: 'uuid' },
  ],
  direction: 'desc',
};

export async function listReplays(db: Db, webhookId: number, page: Page): Promise<ListOf<Replay>> {
  const matching = db('replays').where({ webhook_id: webhookId });
  return readPage<ReplayRow, Replay>(db, { matching, order: REPLAYS_ORDER, columns: ['*'], toNode: toReplay }, page);
}

/** Loads a replay of a webhook of one of these spaces. Any other is refused as `not_found`. */
export async function loadReplay(db: Db, id: string, spaces: Spaces): Promise<Replay> {
  return onlyReplay(await replaysIn(db, spaces).where({ id }));
}

function replaysIn(db: Db, spaces: Spaces) {
  if (spaces === 'all') return db('replays');
  const inSpaces = db('webhooks')
    .whereRaw('space_id = any(?::bigint[])', [[...spaces]])
    .select('id');
  return db('replays').whereIn('webhook_id', inSpaces);
}

/**
 * Ends a running replay. Deliveries that it has made due stay due. A replay that has ended stays as it is. The
 * statement waits for a step in progress.
 */
export async function cancelReplay(db: Db, id: string, spaces: Spaces): Promise<Replay> {
  const ended = { state: 'cancelled', finished_at: db.fn.now() };
  return inTransaction(db, async (trx) => {
    const stopped = await replaysIn(trx, spaces).where({ id, state: 'running' }).update(ended);
    const replay = await loadReplay(trx, id, spaces);
    if (stopped > 0) await noteReplay(trx, replay, { state: { before: 'running', after: 'cancelled' } });
    return replay;
  });
}

function onlyReplay([row]: readonly ReplayRow[]): Replay {
  if (!row) throw new AppError('not_found', 'Record not found');
  return toReplay(row);
}
