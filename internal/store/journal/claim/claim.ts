import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Claim, ClaimRoom } from '../../../domain/delivery/claim.js';
import type { OwnedDelivery } from '../../../domain/delivery/delivery.js';
import { envelope } from '../../../domain/message/envelope.js';
import type { Message } from '../../../domain/message/message.js';
import { readHeaders } from '../accept/header-bytes.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { CANCELLED, logOfCancelled } from './cancel.js';
import { CLAIM_AROUND, CLAIM_INPUT, CLAIM_OLDEST } from './claim-statements.js';

/**
 * The driver receives all values as text, whatever format it requests. In base64, bytes take two thirds of their size
 * in hex. For `offset 0` see "fence" in `sql-notes.md`.
 */
const LOAD_MESSAGES: Statement = {
  name: 'load-messages',
  text: `
    select m.id, m.subject, m.headers, encode(m.payload, 'base64') as payload, m.erased_at is not null as is_erased
    from unnest($1::uuid[], $2::float8[]) as wanted(id, at)
    cross join lateral (
      select * from messages where messages.id = wanted.id and messages.received_at = to_timestamp(wanted.at / 1000)
      offset 0
    ) as m`,
};

/**
 * Retention never drops a message that is owed. If one is missing all the same, its delivery must not be claimed
 * forever.
 */
const BURY_LOST: Statement = {
  text: `
    with gone as (
      delete from deliveries where id = any($1::uuid[]) and owner = $2
      returning id, message_id, received_at, webhook_id, attempts
    )
    insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, created_by_id)
    select gone.id, message_id, received_at, webhook_id, attempts, now(), 'message_lost', w.created_by_id
    from gone join webhooks w on w.id = gone.webhook_id
    on conflict do nothing`,
};

/**
 * A message may be erased between the look at its deliveries and a retry or replay of them. Nothing of it can be sent.
 */
const CANCEL_ERASED: Statement = {
  text: `
    with cancelled as (
      delete from deliveries d where d.id = any($1::uuid[]) and d.owner = $2
      returning ${CANCELLED}
    )
    ${logOfCancelled(`'the message was erased'`)}
    on conflict do nothing`,
};

export interface ClaimedRow {
  readonly id: string;
  readonly message_id: string;
  readonly received_at: number;
  readonly webhook_id: number;
  readonly attempts: number;
  readonly failures: number;
  readonly replay: boolean;
  readonly order_key: string | null;
}

interface SizedRow extends ClaimedRow {
  readonly bytes: number;
}

interface MessageRow {
  readonly id: string;
  readonly subject: string;
  readonly headers: Uint8Array | null;
  /** base64 */
  readonly payload: string;
  readonly is_erased: boolean;
}

/** Claims due deliveries and loads each of their messages once. Rejects when PostgreSQL does; see `unclaimStrays`. */
export async function claim(pool: JournalPool, owner: string, room: ClaimRoom): Promise<Claim> {
  const { rows, around } = await claimRows(pool, owner, room);
  const claimed = await withMessages(pool, rows, owner);
  return around ? { ...claimed, around } : claimed;
}

/** Number of characters of payloads that are decoded in one turn of the event loop, which takes 5 to 10 ms. */
const MAX_CHARACTERS_PER_TICK = 1 << 20;

/**
 * Loads the messages of rows that are ours. A delivery whose message is gone becomes a dead letter, and one whose
 * message was erased is cancelled.
 */
export async function withMessages(pool: JournalPool, rows: readonly ClaimedRow[], owner: string): Promise<Claim> {
  if (rows.length === 0) return { deliveries: [], lost: 0 };
  const times = new Map(rows.map((row) => [row.message_id, Math.round(row.received_at)]));
  const found = await pool.run<MessageRow>(LOAD_MESSAGES, [[...times.keys()], [...times.values()]]);
  const messages = new Map<string, Message>();
  const erased = new Set<string>();
  let readInTick = 0;
  for (const row of found) {
    if (row.is_erased) {
      erased.add(row.id);
      continue;
    }
    messages.set(row.id, toMessage(row, times.get(row.id) ?? 0));
    readInTick += row.payload.length;
    if (readInTick < MAX_CHARACTERS_PER_TICK) continue;
    readInTick = 0;
    await nextTurn();
  }
  const deliveries = rows.flatMap((row) => {
    const message = messages.get(row.message_id);
    return message ? [toDelivery(row, message, owner)] : [];
  });
  const ended = rows.filter((row) => erased.has(row.message_id)).map((row) => row.id);
  if (ended.length > 0) await pool.run(CANCEL_ERASED, [ended, owner]);
  const isLost = ({ message_id }: ClaimedRow) => !messages.has(message_id) && !erased.has(message_id);
  const lost = rows.filter(isLost).map((row) => row.id);
  if (lost.length > 0) await pool.run(BURY_LOST, [lost, owner]);
  return { deliveries, lost: lost.length };
}

/**
 * In a large backlog, the deliveries of permitted webhooks may be behind a million rows of webhooks that are left out.
 * A second statement then walks around those rows.
 */
async function claimRows(
  pool: JournalPool,
  owner: string,
  room: ClaimRoom,
): Promise<{ readonly rows: readonly ClaimedRow[]; readonly around?: true }> {
  const rooms = [...(room.lanes ?? [])];
  const values = (rows: number, bytes: number) => {
    const others = room.others ?? room.deliveries;
    return CLAIM_INPUT.values({ owner, except: room.except, rows, bytes, rooms, others });
  };
  const oldest = await pool.run<SizedRow>(CLAIM_OLDEST, values(room.deliveries, room.bytes));
  const left = room.deliveries - oldest.length;
  const bytes = oldest.reduce((rest, row) => rest - row.bytes, room.bytes);
  const isNothingDue = oldest.length === 0 && room.except.length === 0 && rooms.length === 0;
  if (isNothingDue || left <= room.deliveries / 2 || bytes <= 0) return { rows: oldest };
  const others = await pool.run<SizedRow>(CLAIM_AROUND, values(left, bytes));
  return others.length === 0 ? { rows: oldest } : { rows: [...oldest, ...others], around: true };
}

function toMessage(row: MessageRow, receivedAt: number): Message {
  const { body, payload } = envelope(row.subject, receivedAt, Buffer.from(row.payload, 'base64'));
  return { id: row.id, receivedAt, subject: row.subject, headers: readHeaders(row.headers), payload, body };
}

function toDelivery(row: ClaimedRow, message: Message, owner: string): OwnedDelivery {
  const { id, attempts, failures, replay, order_key: orderKey } = row;
  const delivery = { id, message, webhookId: row.webhook_id, owner, attempts, countedFailures: failures };
  if (!replay && orderKey === null) return delivery;
  return { ...delivery, ...(replay && { replay }), ...(orderKey !== null && { orderKey }) };
}
