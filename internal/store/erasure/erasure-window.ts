import type { ErasureSelection } from '../../domain/erasure/erasure.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { decideContent } from './decide-content.js';
import type { FoundMessage } from './found-message.js';

/**
 * The time of a message with one of these ids is the beginning of its id, as in `message.ts`. For `offset 0` see
 * "fence" in `sql-notes.md`.
 */
const OF_IDS: Statement = {
  text: `
    select m.id as message_id, m.received_at::text, m.subject, null::bytea as headers, false as last, true as fits
    from unnest($1::uuid[]) as wanted(id)
    cross join lateral (
      select ('x' || left(replace(wanted.id::text, '-', ''), 12))::bit(48)::bigint::float8 as ms offset 0
    ) as t
    cross join lateral (
      select id, received_at, subject from messages
      where id = wanted.id and received_at >= to_timestamp((t.ms - 1) / 1000)
        and received_at < to_timestamp((t.ms + 2) / 1000) and erased_at is null
      offset 0
    ) as m`,
};

/** Reads at most `$7` rows in the order of the key. It returns those that fit, and the last one. */
const OF_CONDITIONS: Statement = {
  text: `
    select id as message_id, received_at::text, subject, case when $8 then headers end as headers,
      n = $7::int as last, fits
    from (
      select *, row_number() over (order by received_at, id) as n,
        erased_at is null and ($3::text is null or subject = $3) and ($4::bigint is null or exists (
          select from unnest(owed_to) as owed(id)
          where (select w.space_id from webhooks w where w.id = owed.id) = $4
        )) as fits
      from (
        select id, received_at, subject, headers, owed_to, erased_at from messages
        where (received_at, id) > ($5::timestamptz, $6::uuid)
          and received_at >= $1::timestamptz and received_at < $2::timestamptz
        order by received_at, id limit $7
      ) as page
    ) as seen where fits or n = $7 order by n`,
};

export type ErasureCursor = readonly string[];

export interface ErasureWindow {
  readonly messages: readonly FoundMessage[];
  /** Number of messages whose payload is too large for the condition on the content. */
  readonly undecided: number;
  /** The position at which the next window begins; undefined at the end. */
  readonly next: ErasureCursor | undefined;
}

export interface WindowPage {
  readonly from: ErasureCursor | undefined;
  readonly rows: number;
  /** Filters do not look into larger payloads. */
  readonly maxBytes: number;
}

/** Number of messages of a window whose payloads are read. They may have a megabyte each. */
const MAX_READ_ROWS = 500;
const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';

/** Reads the next messages of an erasure that are not erased yet. */
export async function readErasureWindow(
  run: JournalPool['run'],
  selection: ErasureSelection,
  page: WindowPage,
): Promise<ErasureWindow> {
  if (selection.ids) return readIds(run, selection.ids, page);
  const { since, until, event, spaceId, content } = selection;
  const [at = '-infinity', id = LOWEST_UUID] = page.from ?? [];
  const rows = await run<FoundMessage>(OF_CONDITIONS, [
    since ?? '-infinity',
    until,
    event ?? null,
    spaceId ?? null,
    at,
    id,
    content ? Math.min(page.rows, MAX_READ_ROWS) : page.rows,
    content !== undefined,
  ]);
  const end = rows.at(-1);
  const next = end?.last ? [end.received_at, end.message_id] : undefined;
  const fitting = rows.filter(({ fits }) => fits);
  if (!content) return { messages: fitting, undecided: 0, next };
  return { ...(await decideContent(run, fitting, { content, maxBytes: page.maxBytes })), next };
}

async function readIds(run: JournalPool['run'], ids: readonly string[], page: WindowPage): Promise<ErasureWindow> {
  const from = Number(page.from?.[0] ?? 0);
  const until = from + page.rows;
  const messages = await run<FoundMessage>(OF_IDS, [ids.slice(from, until)]);
  return { messages, undecided: 0, next: until < ids.length ? [String(until)] : undefined };
}
