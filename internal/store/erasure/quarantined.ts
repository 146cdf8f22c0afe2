import type { ErasureSelection } from '../../domain/erasure/erasure.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';

/**
 * Messages that their table did not accept are stored byte for byte in `quarantine`. They were owed to no webhook and
 * match no filter, so that only ids, times and the subject select them.
 */
const WANTED = `
  ($1::uuid[] is null or id = any($1::uuid[])) and received_at >= $2::timestamptz and received_at < $3::timestamptz
    and ($4::text is null or subject = convert_to($4::text, 'UTF8'))`;
const COUNT: Statement = { text: `select count(*)::int as count from quarantine where ${WANTED}` };
const DELETE: Statement = {
  text: `
    delete from quarantine where id in (select id from quarantine where ${WANTED} limit $5 for update skip locked)
    returning id`,
};

const valuesOf = ({ ids, since, until, event }: ErasureSelection) => [
  ids ? [...ids] : null,
  since ?? '-infinity',
  ids ? 'infinity' : until,
  event ?? null,
];

const selectsNone = ({ spaceId, content }: ErasureSelection) => spaceId !== undefined || content !== undefined;

export async function countQuarantined(run: JournalPool['run'], selection: ErasureSelection): Promise<number> {
  if (selectsNone(selection)) return 0;
  const [row] = await run<{ count: number }>(COUNT, valuesOf(selection));
  return row?.count ?? 0;
}

/** Deletes at most `limit` of them, and returns their number. */
export async function deleteQuarantined(
  run: JournalPool['run'],
  selection: ErasureSelection,
  limit: number,
): Promise<number> {
  if (selectsNone(selection)) return 0;
  return (await run(DELETE, [...valuesOf(selection), limit])).length;
}
