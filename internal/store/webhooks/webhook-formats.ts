import type { FormatName } from '../../domain/format/formats.js';
import type { Db } from '../postgres/knex.js';
import { settingText } from './stored-settings.js';

/** Loads the formats that webhooks name, also those of deleted webhooks. A webhook that names no format is absent. */
export async function loadFormatNames(db: Db, webhookIds: readonly number[]): Promise<ReadonlyMap<number, FormatName>> {
  if (webhookIds.length === 0) return new Map();
  const rows: { id: number; format: FormatName | null }[] = await db('webhooks')
    .whereIn('id', webhookIds)
    .select('id', db.raw(`${settingText('format')} as format`));
  return new Map(rows.flatMap(({ id, format }) => (format === null ? [] : [[id, format]])));
}
