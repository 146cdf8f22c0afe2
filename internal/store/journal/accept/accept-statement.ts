import type { Message } from '../../../domain/message/message.js';
import type { Statement } from '../journal-pool.js';
import {
  chars,
  columns,
  float8s,
  int4s,
  numberedRowsOf,
  parameters,
  rowsOf,
  texts,
  uuids,
  value,
  whenAny,
} from '../parameters.js';
import { writeHeaders } from './header-bytes.js';

export interface NewDelivery {
  /** A uuid that is chosen before the statement, so that repeating the statement is harmless. */
  readonly id: string;
  readonly webhookId: number;
  /**
   * True if dispatch has reserved memory for the delivery, which is then owned by this instance from the start;
   * otherwise it is not owned.
   */
  readonly wanted: boolean;
  /** True if the delivery is inserted parked: it is not owned, and never due until it is unparked. */
  readonly parked?: boolean;
  /**
   * The uuid of the ordering key. Present when the delivery waits for earlier deliveries with the same key; it is
   * parked then.
   */
  readonly orderKey?: string | undefined;
  /**
   * True if the delivery is ordered by its place in a stream, which its message's id contains. It is never first in its
   * key before `number-later.ts` gives it a number.
   */
  readonly isNumberedLater?: boolean;
}

export interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  /**
   * The stamp of the catalog that the message was matched by. Without it, the message is stored whatever has changed
   * since.
   */
  readonly catalogStamp?: string | undefined;
  /** True if a stream accepted the message as new, so that no other message of a stream is its duplicate. */
  readonly isOfStream?: boolean;
  /**
   * The time from which the deliveries are due, in milliseconds since 1970. None of them is wanted, parked or ordered
   * then. Without it, they are due now.
   */
  readonly dueAt?: number | undefined;
  /** True if the publisher waits for the commit before it goes on. */
  readonly isAwaited?: boolean;
}

export interface Keyed {
  readonly acceptance: Acceptance;
  /** The key under which the message's subject and `Nats-Msg-Id` are remembered. */
  readonly key: string | undefined;
}

/**
 * A message of the batch, and the ranges that the server cuts for it out of the bytes and deliveries of all messages.
 */
interface Row extends Keyed {
  readonly headers: Uint8Array;
  /** The position in SQL's count, from 1. */
  readonly start: number;
  readonly owedFrom: number;
}

interface Owed {
  readonly delivery: NewDelivery;
  readonly messageId: string;
  readonly bytes: number;
  readonly dueAt: number | undefined;
}

const MESSAGES = columns<Row>()({
  id: uuids(({ acceptance }) => acceptance.message.id),
  at: float8s(({ acceptance }) => acceptance.message.receivedAt),
  subject: texts(({ acceptance }) => acceptance.message.subject),
  start: int4s(({ start }) => start),
  header_bytes: int4s(({ headers }) => headers.length),
  payload_bytes: int4s(({ acceptance }) => acceptance.message.payload.length),
  owed_from: int4s(({ owedFrom }) => owedFrom),
  owed_until: int4s(({ acceptance, owedFrom }) => owedFrom - 1 + acceptance.deliveries.length),
  key: uuids(({ key }) => key),
});

/** The origin is only sent for messages with a key. */
const ORIGINS = columns<Row>()({
  origin: whenAny(
    ({ key }) => key,
    chars(({ acceptance }) => (acceptance.isOfStream ? 's' : null)),
  ),
});

const DELIVERIES = columns<Owed>()({
  id: uuids(({ delivery }) => delivery.id),
  message_id: uuids(({ messageId }) => messageId),
  webhook_id: int4s(({ delivery }) => delivery.webhookId),
  bytes: int4s(({ bytes }) => bytes),
  place: chars(({ delivery }) => placeOf(delivery)),
  order_key: whenAny(
    ({ delivery }) => delivery.orderKey,
    uuids(({ delivery }) => delivery.orderKey),
  ),
  due: whenAny(
    ({ dueAt }) => dueAt,
    float8s(({ dueAt }) => dueAt),
  ),
});

const input = parameters({
  owner: value<string>(),
  /** Headers and payloads of all messages, concatenated. */
  bytes: value<Uint8Array>('bytea'),
  windowMs: value<number>(),
  /** Null means that the batch is stored whatever the current catalog is. */
  stamp: value<string | null>('uuid'),
  messages: MESSAGES,
  origins: ORIGINS,
  deliveries: DELIVERIES,
});
const { $ } = input;

/**
 * Inserts messages and their deliveries in one statement. The payloads travel as one binary parameter and are cut apart
 * by the server: as `bytea[]`, each byte would be written in hex and parsed again.
 *
 * `owed_to` and `delivery_ids` are the message's own record of what it owes. The account compares the other tables with
 * them. A `Nats-Msg-Id` that was seen before drops its message, unless streams accepted both messages as new: streams
 * have duplicate windows of their own. Nothing is stored by an outdated catalog, so a webhook that was registered
 * before a message was published gets the message.
 *
 * The lock on our own row of `instances` makes the reaper wait: a delivery is owned by a live instance or by none.
 * See "arrays for rows" in `sql-notes.md`.
 */
export const ACCEPT: Statement = {
  name: 'accept',
  text: `
    with me as (select id from instances where id = ${$.owner} for key share),
    turn as (select nextval('deliveries_order_no') << 20 as no),
    catalog as (select stamp from catalog_version where ${$.stamp} is null or stamp = ${$.stamp}),
    fresh as (
      insert into message_ids (key, message_id, seen_at, of_stream)
      select key, id, now(), origin is not null from ${rowsOf({ ...$.messages, ...$.origins }, 'id', 'key', 'origin')}
      where key is not null and exists (select from catalog)
      on conflict (key) do update
        set message_id = excluded.message_id, seen_at = excluded.seen_at, of_stream = excluded.of_stream
        where message_ids.seen_at < now() - ${$.windowMs} * interval '1 ms' or (message_ids.of_stream and excluded.of_stream)
      returning message_id
    ), stored as (
      insert into messages (id, received_at, subject, headers, payload, owed_to, delivery_ids)
      select input.id, to_timestamp(at / 1000), subject,
        case when header_bytes > 0 then substring(${$.bytes} from start for header_bytes) end,
        substring(${$.bytes} from start + header_bytes for payload_bytes),
        (${$.deliveries.webhook_id})[owed_from:owed_until], (${$.deliveries.id})[owed_from:owed_until]
      from ${rowsOf($.messages)}
      where exists (select from catalog) and (key is null or id in (select message_id from fresh))
      on conflict do nothing
      returning id, received_at
    ), owed as (
      insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner, order_key, order_no)
      select input.id, stored.id, stored.received_at, webhook_id, bytes,
        case when place in ('h', 'l') then 'infinity' else coalesce(to_timestamp(due / 1000), now()) end,
        case when place = 'o' then me.id end,
        order_key, case when order_key is not null and place <> 'l' then (select no from turn) + input.no end
      from ${numberedRowsOf($.deliveries)}
      join stored on stored.id = input.message_id
      left join me on true
    )
    select exists (select from me) as alive, exists (select from catalog) as current,
      case when count(*) < cardinality(${$.messages.id}) then coalesce(string_agg(id::text, ','), '') end as ids
    from stored`,
};

/** Returns the parameters for a batch. */
export function acceptValues(owner: string, batch: readonly Keyed[], windowMs: number): unknown[] {
  const messages: Row[] = [];
  const deliveries: Owed[] = [];
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (const { acceptance, key } of batch) {
    const { message, dueAt } = acceptance;
    const headers = writeHeaders(message.headers);
    messages.push({ acceptance, key, headers, start: size + 1, owedFrom: deliveries.length + 1 });
    pieces.push(headers, message.payload);
    size += headers.length + message.payload.length;
    const owedBytes = message.body.length + headers.length;
    for (const delivery of acceptance.deliveries) {
      deliveries.push({ delivery, messageId: message.id, bytes: owedBytes, dueAt });
    }
  }
  const stamp = batch[0]?.acceptance.catalogStamp ?? null;
  const bytes = Buffer.concat(pieces, size);
  return input.values({ owner, bytes, windowMs, stamp, messages, origins: messages, deliveries });
}

/** The places are: parked and numbered later, parked, owned by us, or due for any instance. */
const placeOf = ({ isNumberedLater, parked, wanted }: NewDelivery) =>
  isNumberedLater ? 'l' : parked ? 'h' : wanted ? 'o' : 'w';
