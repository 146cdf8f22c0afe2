import type { ReplayRequest } from '../../domain/delivery/replay.js';
import type { JournalPool } from '../journal/journal-pool.js';
import { readPayloads } from '../messages/read-payloads.js';
import type { ReplayTarget } from './target.js';
import type { WindowRow } from './window-row.js';
import { WINDOW_STATEMENTS } from './window-statements.js';

/** The position of a job: the last row that it has looked at, in the order of its source. */
export interface Cursor {
  readonly at: string;
  readonly id: string;
}

/** A delivery, or a message, to send again. */
export interface Candidate {
  /** Absent when there never was a delivery. */
  readonly deliveryId: string | undefined;
  readonly messageId: string;
  /** The instant in the exact form in which PostgreSQL writes it. */
  readonly receivedAt: string;
  readonly cursor: Cursor;
}

export interface Window {
  readonly candidates: readonly Candidate[];
  /** The position at which the next window begins; undefined at the end. */
  readonly next: Cursor | undefined;
}

export interface WindowRequest extends ReplayRequest {
  /** A job leaves out everything later than its own creation, because otherwise it would replay its own deliveries. */
  readonly askedAt: Date;
}

/** Maximum number of messages of a window whose payloads are read. They may have a megabyte each. */
const MAX_FILTERED_ROWS = 500;
const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';

type WindowTarget = Pick<ReplayTarget, 'readsPayload' | 'maxBytes' | 'wants'>;

/** Reads the next rows of a replay's source: those that fit, and whether there are more. */
export async function readWindow(
  run: JournalPool['run'],
  request: WindowRequest,
  target: WindowTarget,
  page: { readonly from: Cursor | undefined; readonly rows: number },
): Promise<Window> {
  const from = page.from ?? firstCursor(request);
  const rows = await run<WindowRow>(WINDOW_STATEMENTS[request.outcome], [
    request.webhookId,
    request.since,
    request.until,
    request.event ?? null,
    from.at,
    from.id,
    target.readsPayload ? Math.min(page.rows, MAX_FILTERED_ROWS) : page.rows,
    request.askedAt,
  ]);
  const end = rows.at(-1);
  const fitting = rows.filter((row) => row.fits);
  const wanted = target.readsPayload
    ? await filterWanted(run, target, fitting)
    : fitting.filter((row) => isWantedBy(target)(row));
  return {
    candidates: wanted.map(toCandidate),
    next: end?.last ? cursorOf(end) : undefined,
  };
}

const NO_PAYLOAD = new Uint8Array();

/** Only messages that were never owed to the webhook are matched. The rows of others have no subject. */
const isWantedBy =
  (target: WindowTarget) =>
  ({ subject, headers, received_at }: WindowRow, payload: Uint8Array = NO_PAYLOAD) =>
    subject === null || target.wants({ subject, headers, receivedAt: Date.parse(received_at), payload });

/** Matches messages with their payloads, of which a few are in memory at a time. */
async function filterWanted(
  run: JournalPool['run'],
  target: WindowTarget,
  rows: readonly WindowRow[],
): Promise<readonly WindowRow[]> {
  const isWanted = isWantedBy(target);
  const wanted: WindowRow[] = [];
  for await (const { row, payload } of readPayloads(run, rows, target.maxBytes))
    if (isWanted(row, payload)) wanted.push(row);
  return wanted;
}

/** Returns a cursor before all rows. Logs are read from a day earlier, because their times are of another clock. */
function firstCursor({ outcome, since }: WindowRequest): Cursor {
  const isLogged = outcome === 'delivered' || outcome === 'cancelled';
  return isLogged
    ? { at: new Date(since.getTime() - 86_400_000).toISOString(), id: '0' }
    : { at: since.toISOString(), id: LOWEST_UUID };
}

const cursorOf = (row: WindowRow): Cursor => ({ at: row.cursor_at, id: row.cursor_id });

const toCandidate = (row: WindowRow): Candidate => ({
  deliveryId: row.delivery_id ?? undefined,
  messageId: row.message_id,
  receivedAt: row.received_at,
  cursor: cursorOf(row),
});
