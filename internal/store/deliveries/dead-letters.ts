import type { Tag } from '../../domain/matching/tags.js';
import type { Visibility } from '../../identity/visibility.js';
import type { Keyset } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { carryingTags, type ListOf, type Page, readPage } from '../postgres/list-page.js';
import { keepVisible } from './keep-visible.js';

/** A delivery that was given up. */
export interface DeadLetter {
  /** The id of the delivery, which is its `webhook-id`. */
  readonly id: string;
  readonly diedAt: Date;
  readonly because: string;
  readonly attempts: number;
  /** Null when the message was deleted before its subject was copied. */
  readonly event: string | null;
  readonly messageId: string;
  readonly receivedAt: Date;
  readonly webhookId: number;
  readonly spaceId: number;
  /** When the message was erased. Its delivery cannot be sent again. */
  readonly erasedAt: Date | null;
}

export interface DeadLetterFilter {
  readonly visible: Visibility;
  readonly tags: readonly Tag[];
  readonly event?: string | undefined;
  readonly webhookId?: number | undefined;
  readonly spaceId?: number | undefined;
  /** Dead letters given up at this instant or later. */
  readonly since?: Date | undefined;
  /** Dead letters given up before this instant. */
  readonly until?: Date | undefined;
}

interface DeadLetterRow {
  readonly id: string;
  readonly died_at: Date;
  readonly because: string;
  readonly attempts: number;
  readonly event: string | null;
  readonly message_id: string;
  readonly received_at: Date;
  readonly webhook_id: number;
  readonly space_id: string;
  readonly erased_at: Date | null;
}

/** The newest dead letter is first. */
export const DEAD_LETTERS_ORDER: Keyset = {
  columns: [
    { name: 'd.died_at', kind: 'instant' },
    { name: 'd.id', kind: 'uuid' },
  ],
  direction: 'desc',
};

export async function listDeadLetters(db: Db, filter: DeadLetterFilter, page: Page): Promise<ListOf<DeadLetter>> {
  const matching = db({ d: 'dead_letters' }).join({ w: 'webhooks' }, 'w.id', 'd.webhook_id');
  keepVisible(matching, { creator: 'd.created_by_id', space: 'w.space_id' }, filter.visible);
  carryingTags(matching, 'w.tags', filter.tags);
  if (filter.event !== undefined) matching.where('d.event', filter.event);
  if (filter.webhookId !== undefined) matching.where('d.webhook_id', filter.webhookId);
  if (filter.spaceId !== undefined) matching.where('w.space_id', filter.spaceId);
  if (filter.since !== undefined) matching.where('d.died_at', '>=', filter.since);
  if (filter.until !== undefined) matching.where('d.died_at', '<', filter.until);
  const list = { matching, order: DEAD_LETTERS_ORDER, columns: ['d.*', 'w.space_id'], toNode: toDeadLetter };
  return readPage<DeadLetterRow, DeadLetter>(db, list, page);
}

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    id: row.id,
    diedAt: row.died_at,
    because: row.because,
    attempts: row.attempts,
    event: row.event,
    messageId: row.message_id,
    receivedAt: row.received_at,
    webhookId: row.webhook_id,
    spaceId: Number(row.space_id),
    erasedAt: row.erased_at,
  };
}
