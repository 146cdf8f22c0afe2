import type { Spaces } from '../../identity/principal.js';
import { type Cursor, type Keyset, readInstant } from '../postgres/keyset.js';
import type { Db } from '../postgres/knex.js';
import { startAt } from './list/list-cursor.js';
import { MICROSECONDS } from './list/window-row.js';

/** A message as a list shows it. */
export interface ListedMessage {
  readonly id: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly receivedAt: string;
  readonly subject: string;
  /** Size of the payload. */
  readonly bytes: number;
  /** Number of webhooks of these spaces that the message was owed to. */
  readonly webhooks: number;
  /** When the payload and the headers were erased. */
  readonly erasedAt: Date | null;
}

export interface MessageFilter {
  /** The subject, exactly. */
  readonly subject?: string | undefined;
  /** Whether the message was owed to a webhook. */
  readonly isMatched?: boolean | undefined;
  /** The message was owed to a webhook of one of these spaces; `all` includes messages that nothing matched. */
  readonly spaces: Spaces;
  /** Messages received at this instant or later. */
  readonly since?: Date | undefined;
  /** Messages received before this instant. */
  readonly until?: Date | undefined;
}

/** The newest message is first. */
export const MESSAGES_ORDER: Keyset = {
  columns: [
    { name: 'received_at', kind: 'instant' },
    { name: 'id', kind: 'uuid' },
  ],
  direction: 'desc',
};

/** Maximum number of rows that one page looks at, which takes 50 ms. With spaces, their webhooks are looked up too. */
const MAX_ROWS = 8000;
const MAX_ROWS_OF_SPACES = 2000;
const FIRST_ROWS = 200;

/**
 * Reads at most `:rows` messages and `:owed` deliveries in the order of the key, newest first, and returns the messages
 * that fit. Unmatched messages have an index of their own (migration 0030), whose condition must match to the letter.
 */
const windowOf = (condition: string) => `
  select id, received_at::text as received_at, subject, bytes, erased_at, ${MICROSECONDS('received_at')} as cursor_at,
    case when :spaces::bigint[] is null then webhooks else (
      select count(*)::int from unnest(owed_to) as owed(id)
      where (select w.space_id from webhooks w where w.id = owed.id) = any(:spaces::bigint[])
    ) end as webhooks,
    n = :rows::int or owed >= :owed::int as last, fits
  from (
    select *, row_number() over in_order as n, sum(webhooks) over in_order as owed,
      (:subject::text is null or subject = :subject::text)
        and (:spaces::bigint[] is null or exists (
          select from unnest(owed_to) as owed(id)
          where (select w.space_id from webhooks w where w.id = owed.id) = any(:spaces::bigint[])
        )) as fits
    from (
      select id, received_at, subject, octet_length(payload) as bytes, erased_at, owed_to,
        cardinality(owed_to) as webhooks
      from messages
      where (received_at, id) < (:at::timestamptz, :id::uuid) and received_at <= :at::timestamptz
        and received_at >= :since::timestamptz and received_at < :until::timestamptz and ${condition}
      order by received_at desc, id desc limit :rows::int
    ) as page
    window in_order as (order by received_at desc, id desc rows unbounded preceding)
  ) as seen
  where owed - seen.webhooks < :owed::int and (fits or n = :rows::int or owed >= :owed::int)
  order by n limit :most::int`;

const WINDOWS = {
  any: windowOf('true'),
  matched: windowOf(`owed_to <> '{}'`),
  unmatched: windowOf(`owed_to = '{}'`),
} as const;

interface Row {
  readonly id: string;
  readonly received_at: string;
  readonly subject: string;
  readonly bytes: number;
  readonly erased_at: Date | null;
  readonly webhooks: number;
  readonly cursor_at: string;
  readonly last: boolean;
  readonly fits: boolean;
}

export interface MessagePage {
  readonly nodes: readonly ListedMessage[];
  /** The cursor of the next page. There can be one after a page with fewer nodes than the limit, or with none. */
  readonly next: string | undefined;
}

export async function listMessages(
  db: Db,
  filter: MessageFilter,
  { limit, cursor }: { readonly limit: number; readonly cursor?: Cursor | undefined },
): Promise<MessagePage> {
  const nodes: ListedMessage[] = [];
  const then = filter.spaces === 'all' ? MAX_ROWS : MAX_ROWS_OF_SPACES;
  let from = cursor;
  let next: string | undefined;
  for (const rows of [FIRST_ROWS, then]) {
    const room = limit - nodes.length;
    const found = await readWindow(db, filter, { from, rows, most: room + 1 });
    const fitting = found.filter(({ fits }) => fits);
    nodes.push(...fitting.slice(0, room).map(toListed));
    const [lastShown, end] = [fitting[room - 1], found.at(-1)];
    if (fitting.length > room && lastShown) return { nodes, next: cursorOf(lastShown) };
    if (!end?.last) return { nodes, next: undefined };
    next = cursorOf(end);
    if (nodes.length === limit) break;
    from = next.split('.');
  }
  return { nodes, next };
}

async function readWindow(
  db: Db,
  { subject, isMatched, spaces, since, until }: MessageFilter,
  { from, rows, most }: { readonly from: Cursor | undefined; readonly rows: number; readonly most: number },
): Promise<readonly Row[]> {
  const text = WINDOWS[isMatched === undefined ? 'any' : isMatched ? 'matched' : 'unmatched'];
  const { at, id } = from ? { at: readInstant(from[0] ?? ''), id: from[1] ?? '' } : startAt(until);
  const { rows: found }: { rows: Row[] } = await db.raw(text, {
    subject: subject ?? null,
    spaces: spaces === 'all' ? null : [...spaces],
    at,
    id,
    since: since ?? '-infinity',
    until: until ?? 'infinity',
    rows,
    owed: 10 * rows,
    most,
  });
  return found;
}

const cursorOf = ({ cursor_at, id }: Row) => `${cursor_at}.${id}`;

const toListed = ({ id, received_at, subject, bytes, erased_at, webhooks }: Row): ListedMessage => ({
  id,
  receivedAt: received_at,
  subject,
  bytes,
  webhooks,
  erasedAt: erased_at,
});
