import type { FormatName } from '../../domain/format/formats.js';
import type { Db } from '../postgres/knex.js';

/** The formats that webhooks name, deleted ones too; one that names none is not among them. */
export async function loadFormatNames(db: Db, webhookIds: readonly number[]): Promise<ReadonlyMap<number, FormatName>> {
  if (webhookIds.length === 0) return new Map();
  const rows: { id: number; format: FormatName | null }[] = await db('webhooks')
    .whereIn('id', webhookIds)
    .select('id', db.raw("settings->>'format' as format"));
  return new Map(rows.flatMap(({ id, format }) => (format === null ? [] : [[id, format]])));
}
