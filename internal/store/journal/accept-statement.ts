import type { Message } from '../../domain/message.js';
import { charArray, float8Array, int4Array, textArray, uuidArray } from './binary-array.js';
import { writeHeaders } from './header-bytes.js';
import type { Statement } from './journal-pool.js';

export interface NewDelivery {
  /** uuid, chosen before the statement so that repeating it is harmless. */
  readonly id: string;
  readonly webhookId: number;
  /** Whether dispatch has kept room for it: it is then born owned by this instance, else by nobody. */
  readonly wanted: boolean;
  /** Not to be sent before it is released: nobody's, and never due by itself. */
  readonly held?: boolean;
  /** uuid; present when it waits for what was accepted before it with the same key. It is held then. */
  readonly orderKey?: string | undefined;
  /** Ordered by its place in a stream, which its message's id holds: it has no turn before `number-later.ts` gives it one. */
  readonly isNumberedLater?: boolean;
}

export interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  /** Of the catalog that it was matched by; absent: stored whatever has changed since. */
  readonly catalogStamp?: string | undefined;
  /** A stream took the message as new, so that no other message of a stream is its duplicate. */
  readonly isOfStream?: boolean;
}

export interface Keyed {
  readonly acceptance: Acceptance;
  /** The key under which its subject and `Nats-Msg-Id` are remembered. */
  readonly key: string | undefined;
}

/**
 * Messages and their deliveries in one statement. The payloads travel as one binary parameter and are cut apart by the
 * server: as `bytea[]` each byte would be written in hex and parsed again.
 * `owed_to` and `delivery_ids` are the message's own account of what it owes: the other tables are held against them.
 * A `Nats-Msg-Id` that was seen before drops its message, unless streams took both messages as new: they have windows of their own.
 * Nothing is stored by a catalog that has changed: whoever was registered before a message was published gets it.
 * The lock on our own row of `instances` makes the reaper wait: a delivery is owned by a live instance or by nobody.
 */
export const ACCEPT: Statement = {
  name: 'accept',
  text: `
    with me as (select id from instances where id = $1 for key share),
    turn as (select nextval('deliveries_order_no') << 20 as no),
    catalog as (select stamp from catalog_version where $18::uuid is null or stamp = $18),
    fresh as (
      insert into message_ids (key, message_id, seen_at, of_stream)
      select key, id, now(), origin is not null from unnest($2::uuid[], $16::uuid[], $20::"char"[]) as input(id, key, origin)
      where key is not null and exists (select from catalog)
      on conflict (key) do update
        set message_id = excluded.message_id, seen_at = excluded.seen_at, of_stream = excluded.of_stream
        where message_ids.seen_at < now() - $17 * interval '1 ms' or (message_ids.of_stream and excluded.of_stream)
      returning message_id
    ), stored as (
      insert into messages (id, received_at, subject, headers, payload, owed_to, delivery_ids)
      select input.id, to_timestamp(at / 1000), subject,
        case when header_bytes > 0 then substring($7::bytea from start for header_bytes) end,
        substring($7::bytea from start + header_bytes for payload_bytes),
        ($11::int[])[owed_from:owed_until], ($9::uuid[])[owed_from:owed_until]
      from unnest($2::uuid[], $3::float8[], $4::text[], $5::int[], $6::int[], $8::int[], $14::int[], $15::int[], $16::uuid[])
        as input(id, at, subject, start, header_bytes, payload_bytes, owed_from, owed_until, key)
      where exists (select from catalog) and (key is null or id in (select message_id from fresh))
      on conflict do nothing
      returning id, received_at
    ), owed as (
      insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner, order_key, order_no)
      select input.id, stored.id, stored.received_at, webhook_id, bytes,
        case when place in ('h', 'l') then 'infinity' else now() end, case when place = 'o' then me.id end,
        order_key, case when order_key is not null and place <> 'l' then (select no from turn) + input.no end
      from unnest($9::uuid[], $10::uuid[], $11::int[], $12::int[], $13::"char"[], $19::uuid[])
        with ordinality as input(id, message_id, webhook_id, bytes, place, order_key, no)
      join stored on stored.id = input.message_id
      left join me on true
    )
    select exists (select from me) as alive, exists (select from catalog) as current,
      case when count(*) < cardinality($2) then coalesce(string_agg(id::text, ','), '') end as ids
    from stored`,
};

/** A message of the batch, with what the server cuts for it out of the bytes and the deliveries of all. */
interface Row extends Keyed {
  readonly headers: Uint8Array;
  /** As SQL counts, from 1. */
  readonly start: number;
  readonly owedFrom: number;
}

interface Owed {
  readonly delivery: NewDelivery;
  readonly messageId: string;
  readonly bytes: number;
}

/** The parameters of `ACCEPT`, in their order. */
export function acceptValues(owner: string, batch: readonly Keyed[], duplicateWindowMs: number): unknown[] {
  const rows: Row[] = [];
  const owed: Owed[] = [];
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (const { acceptance, key } of batch) {
    const { message, deliveries } = acceptance;
    const headers = writeHeaders(message.headers);
    rows.push({ acceptance, key, headers, start: size + 1, owedFrom: owed.length + 1 });
    pieces.push(headers, message.payload);
    size += headers.length + message.payload.length;
    const bytes = message.body.length + headers.length;
    for (const delivery of deliveries) owed.push({ delivery, messageId: message.id, bytes });
  }
  return [
    owner,
    uuidArray(rows, ({ acceptance }) => acceptance.message.id),
    float8Array(rows, ({ acceptance }) => acceptance.message.receivedAt),
    textArray(rows, ({ acceptance }) => acceptance.message.subject),
    int4Array(rows, ({ start }) => start),
    int4Array(rows, ({ headers }) => headers.length),
    Buffer.concat(pieces, size),
    int4Array(rows, ({ acceptance }) => acceptance.message.payload.length),
    uuidArray(owed, ({ delivery }) => delivery.id),
    uuidArray(owed, ({ messageId }) => messageId),
    int4Array(owed, ({ delivery }) => delivery.webhookId),
    int4Array(owed, ({ bytes }) => bytes),
    charArray(owed, ({ delivery }) => placeOf(delivery)),
    int4Array(rows, ({ owedFrom }) => owedFrom),
    int4Array(rows, ({ acceptance, owedFrom }) => owedFrom - 1 + acceptance.deliveries.length),
    uuidArray(rows, ({ key }) => key),
    duplicateWindowMs,
    batch[0]?.acceptance.catalogStamp ?? null,
    // One a delivery, or none at all: then the server takes null for each.
    uuidArray(owed.some(({ delivery }) => delivery.orderKey) ? owed : [], ({ delivery }) => delivery.orderKey),
    // Only a message with a key is asked for its origin.
    charArray(rows.some(({ key }) => key) ? rows : [], ({ acceptance }) => (acceptance.isOfStream ? 's' : null)),
  ];
}

/** Held and numbered later, held, owned by us, or waiting for anybody. */
const placeOf = ({ isNumberedLater, held, wanted }: NewDelivery) =>
  isNumberedLater ? 'l' : held ? 'h' : wanted ? 'o' : 'w';
