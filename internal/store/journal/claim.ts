import type { OwnedDelivery } from '../../domain/delivery.js';
import { envelope } from '../../domain/envelope.js';
import type { Message } from '../../domain/message.js';
import { readHeaders } from './header-bytes.js';
import type { JournalPool, Statement } from './journal-pool.js';

/** What dispatch can take. */
export interface Room {
  readonly deliveries: number;
  readonly bytes: number;
  /** Webhooks whose lane is full. */
  readonly except: readonly number[];
}

export interface Claim {
  readonly deliveries: readonly OwnedDelivery[];
  /** Deliveries whose message was not in the store any more; they are dead letters now. */
  readonly lost: number;
}

/** The oldest due deliveries that nobody owns, as far as they fit; concurrent claimers skip each other's rows. */
const CLAIM: Statement = {
  name: 'claim',
  text: `
    with me as (select id from instances where id = $1 for key share),
    due as (
      select id, bytes, due_at from deliveries
      where owner is null and due_at <= now() and webhook_id <> all($2::int[])
      order by due_at limit $3 for update skip locked
    ), fitting as (
      select id from (select id, bytes, sum(bytes) over (order by due_at, id) as total from due) as summed
      where total - bytes < $4
    )
    update deliveries d set owner = me.id from fitting, me where d.id = fitting.id
    returning d.id, d.message_id, extract(epoch from d.received_at)::float8 * 1000 as received_at, d.webhook_id,
      d.attempts, d.failures, d.replay`,
};

const LOAD_MESSAGES: Statement = {
  name: 'load-messages',
  text: `
    select m.id, m.subject, m.headers, m.payload, wanted.at
    from unnest($1::uuid[], $2::float8[]) as wanted(id, at)
    cross join lateral (
      select * from messages where messages.id = wanted.id and messages.received_at = to_timestamp(wanted.at / 1000)
      offset 0
    ) as m`,
};

/** Retention never takes a message that is owed; if one is gone all the same, its delivery must not come round for ever. */
const BURY_LOST: Statement = {
  name: 'bury-lost',
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

export interface ClaimedRow {
  readonly id: string;
  readonly message_id: string;
  readonly received_at: number;
  readonly webhook_id: number;
  readonly attempts: number;
  readonly failures: number;
  readonly replay: boolean;
}

interface MessageRow {
  readonly id: string;
  readonly subject: string;
  readonly headers: Uint8Array | null;
  readonly payload: Uint8Array;
  readonly at: number;
}

/** Makes due deliveries ours and loads each of their messages once. Rejects when PostgreSQL does; see `giveBackStrays`. */
export async function claim(pool: JournalPool, owner: string, room: Room): Promise<Claim> {
  const rows = await pool.run<ClaimedRow>(CLAIM, [owner, room.except, room.deliveries, room.bytes]);
  return withMessages(pool, rows, owner);
}

/** Loads the messages of rows that are ours; one whose message is gone becomes a dead letter. */
export async function withMessages(pool: JournalPool, rows: readonly ClaimedRow[], owner: string): Promise<Claim> {
  if (rows.length === 0) return { deliveries: [], lost: 0 };
  const times = new Map(rows.map((row) => [row.message_id, Math.round(row.received_at)]));
  const found = await pool.run<MessageRow>(LOAD_MESSAGES, [[...times.keys()], [...times.values()]]);
  const messages = new Map(found.map((row) => [row.id, toMessage(row)]));
  const deliveries = rows.flatMap((row) => {
    const message = messages.get(row.message_id);
    return message ? [toDelivery(row, message, owner)] : [];
  });
  const lost = rows.filter((row) => !messages.has(row.message_id)).map((row) => row.id);
  if (lost.length > 0) await pool.run(BURY_LOST, [lost, owner]);
  return { deliveries, lost: lost.length };
}

function toMessage(row: MessageRow): Message {
  const { body, payload } = envelope(row.subject, row.at, row.payload);
  return { id: row.id, receivedAt: row.at, subject: row.subject, headers: readHeaders(row.headers), payload, body };
}

function toDelivery(row: ClaimedRow, message: Message, owner: string): OwnedDelivery {
  const { id, attempts, failures, replay } = row;
  const delivery = { id, message, webhookId: row.webhook_id, owner, attempts, failures };
  return replay ? { ...delivery, replay } : delivery;
}
