import type { FormatName } from '../../domain/format/formats.js';
import type { Db } from '../postgres/knex.js';
import { resolvedText } from './stored-settings.js';

/**
 * Loads the formats that webhooks, or their spaces, name, also those of deleted webhooks. A webhook for which no format
 * is named is absent.
 */
export async function loadFormatNames(db: Db, webhookIds: readonly number[]): Promise<ReadonlyMap<number, FormatName>> {
  if (webhookIds.length === 0) return new Map();
  const rows: { id: number; format: FormatName | null }[] = await db('webhooks')
    .whereIn('id', webhookIds)
    .select('id', db.raw(`${resolvedText('format')} as format`));
  return new Map(rows.flatMap(({ id, format }) => (format === null ? [] : [[id, format]])));
}
