import type { Message } from '../../domain/message.js';
import { plainArray, textArray } from './array-literal.js';
import { writeHeaders } from './header-bytes.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { messageKey } from './message-key.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere } from './persevere.js';

export interface NewDelivery {
  /** uuid, chosen before the statement so that repeating it is harmless. */
  readonly id: string;
  readonly webhookId: number;
  /** Whether dispatch has kept room for it: it is then born owned by this instance, else by nobody. */
  readonly wanted: boolean;
}

export interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  /** Of the catalog that it was matched by; absent: stored whatever has changed since. */
  readonly catalogVersion?: number | undefined;
}

interface Keyed extends Acceptance {
  readonly key: string | undefined;
}

export interface Accepted {
  /** False when the message was in the journal already: nothing was inserted for it. */
  readonly isNew: boolean;
  /** The instance id under which they are owned. */
  readonly owner: string;
  /** Ids of the deliveries that are ours to send. */
  readonly owned: ReadonlySet<string>;
  /** Why PostgreSQL can never store it. */
  readonly refused?: string;
  /** Nothing was inserted: the catalog has changed, match it again. */
  readonly stale?: true;
}

/**
 * Messages and their deliveries in one statement. The payloads travel as one binary parameter and are cut apart by the
 * server: as `bytea[]` each byte would be written in hex and parsed again.
 * `owed_to` and `delivery_ids` are the message's own account of what it owes: the other tables are held against them.
 * Nothing is stored by a catalog that has changed: whoever was registered before a message was published gets it.
 * The lock on our own row of `instances` makes the reaper wait: a delivery is owned by a live instance or by nobody.
 */
const ACCEPT: Statement = {
  name: 'accept',
  text: `
    with me as (select id from instances where id = $1 for key share),
    catalog as (select version from catalog_version where $18::bigint is null or version = $18),
    fresh as (
      insert into message_ids (key, message_id, seen_at)
      select key, id, now() from unnest($2::uuid[], $16::uuid[]) as input(id, key)
      where key is not null and exists (select from catalog)
      on conflict (key) do update set message_id = excluded.message_id, seen_at = excluded.seen_at
        where message_ids.seen_at < now() - $17 * interval '1 ms'
      returning message_id
    ), stored as (
      insert into messages (id, received_at, subject, headers, payload, owed_to, delivery_ids)
      select input.id, to_timestamp(at / 1000), subject,
        case when header_bytes > 0 then substring($7::bytea from start for header_bytes) end,
        substring($7::bytea from start + header_bytes for payload_bytes), owed_to::int[], delivery_ids::uuid[]
      from unnest($2::uuid[], $3::float8[], $4::text[], $5::int[], $6::int[], $8::int[], $14::text[], $15::text[], $16::uuid[])
        as input(id, at, subject, start, header_bytes, payload_bytes, owed_to, delivery_ids, key)
      where exists (select from catalog) and (key is null or id in (select message_id from fresh))
      on conflict do nothing
      returning id, received_at
    ), owed as (
      insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at, owner)
      select input.id, stored.id, stored.received_at, webhook_id, bytes, now(), case when wanted then me.id end
      from unnest($9::uuid[], $10::uuid[], $11::int[], $12::int[], $13::bool[])
        as input(id, message_id, webhook_id, bytes, wanted)
      join stored on stored.id = input.message_id
      left join me on true
    )
    select exists (select from me) as alive, exists (select from catalog) as current,
      case when count(*) < cardinality($2) then coalesce(string_agg(id::text, ','), '') end as ids
    from stored`,
};

const FIND_OWNED: Statement = {
  name: 'find-owned',
  text: 'select id from deliveries where id = any($1::uuid[]) and owner = $2',
};

export interface AcceptDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
  instanceId(): string;
  /** How long a `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
}

/** Commits a batch; answers in its order. Rejects with `data` or `fatal` errors of PostgreSQL only. */
export async function acceptBatch(deps: AcceptDeps, batch: readonly Acceptance[]): Promise<readonly Accepted[]> {
  const keyed = batch.map((acceptance) => ({ ...acceptance, key: messageKey(acceptance.message.headers) }));
  // A batch has one version: what was matched by an older catalog than the last one of it is stale already.
  const version = keyed.at(-1)?.catalogVersion;
  const matched = keyed.filter(({ catalogVersion }) => catalogVersion === version);
  const single = withoutTwins(matched);
  const results = await acceptSingle(deps, single);
  if (single.length === batch.length) return results;
  const byAcceptance = new Map(single.map((one, index) => [one, results[index]]));
  const twins = new Set(matched);
  return keyed.map((one) => byAcceptance.get(one) ?? (twins.has(one) ? TWIN : STALE));
}

/** A message that waits twice, redelivered or published twice under one `Nats-Msg-Id`: the second is a duplicate. */
function withoutTwins(batch: readonly Keyed[]): readonly Keyed[] {
  const seen = new Set<string>();
  return batch.filter(({ message, key }) => {
    if (seen.has(message.id) || (key !== undefined && seen.has(key))) return false;
    seen.add(message.id);
    if (key !== undefined) seen.add(key);
    return true;
  });
}

async function acceptSingle(deps: AcceptDeps, batch: readonly Keyed[]): Promise<readonly Accepted[]> {
  const owner = deps.instanceId();
  const keys = plainArray(batch.map(({ key }) => key ?? null));
  const values = [...toValues(owner, batch), keys, deps.duplicateWindowMs, batch[0]?.catalogVersion ?? null];
  return deps.persevere({
    name: 'accept',
    run: async (repeated) => {
      const [row] = await deps.pool.run<AcceptRow>(ACCEPT, values);
      const alive = row?.alive ? owner : undefined;
      // Usually all of them are new; their ids are only listed when some are not.
      const stored = row?.ids === null ? undefined : new Set(row?.ids.split(','));
      const fresh = batch.map(({ message, deliveries }) =>
        row?.current ? toAccepted(stored?.has(message.id) ?? true, alive, deliveries) : STALE,
      );
      return repeated ? recognise(deps.pool, batch, fresh, owner) : fresh;
    },
    ensurePartitions: () =>
      ensurePartitions(
        deps.pool,
        'messages',
        batch.map(({ message }) => message.receivedAt),
      ),
  });
}

interface AcceptRow {
  readonly alive: boolean;
  readonly current: boolean;
  readonly ids: string | null;
}

const TWIN: Accepted = { isNew: false, owner: '', owned: new Set() };
const STALE: Accepted = { isNew: false, owner: '', owned: new Set(), stale: true };

/** `owner` is undefined when our row of `instances` was gone: the deliveries are there, owned by nobody. */
function toAccepted(isNew: boolean, owner: string | undefined, deliveries: readonly NewDelivery[]): Accepted {
  if (!isNew || owner === undefined) return { isNew, owner: '', owned: new Set() };
  return { isNew, owner, owned: new Set(deliveries.filter(({ wanted }) => wanted).map(({ id }) => id)) };
}

/** After an unknown outcome, what conflicts may be our own earlier try: then its deliveries bear our ids. */
async function recognise(
  pool: JournalPool,
  batch: readonly Acceptance[],
  fresh: readonly Accepted[],
  owner: string,
): Promise<readonly Accepted[]> {
  const wanted = batch.flatMap(({ deliveries }) => deliveries.filter((one) => one.wanted).map(({ id }) => id));
  const rows = await pool.run<{ id: string }>(FIND_OWNED, [wanted, owner]);
  const ours = new Set(rows.map((row) => row.id));
  return batch.map(({ deliveries }, index) => {
    const owned = new Set(deliveries.filter(({ id }) => ours.has(id)).map(({ id }) => id));
    if (owned.size === 0 && fresh[index]?.stale) return STALE;
    return { isNew: (fresh[index]?.isNew ?? false) || owned.size > 0, owner, owned };
  });
}

function toValues(owner: string, batch: readonly Acceptance[]): unknown[] {
  const ids: string[] = [];
  const times: number[] = [];
  const subjects: string[] = [];
  const starts: number[] = [];
  const headerSizes: number[] = [];
  const payloadSizes: number[] = [];
  const pieces: Uint8Array[] = [];
  const owed = {
    ids: [] as string[],
    messages: [] as string[],
    webhooks: [] as number[],
    bytes: [] as number[],
    wanted: [] as boolean[],
  };
  let size = 0;
  for (const { message, deliveries } of batch) {
    const headers = writeHeaders(message.headers);
    ids.push(message.id);
    times.push(message.receivedAt);
    subjects.push(message.subject);
    starts.push(size + 1);
    headerSizes.push(headers.length);
    payloadSizes.push(message.payload.length);
    pieces.push(headers, message.payload);
    size += headers.length + message.payload.length;
    for (const delivery of deliveries) {
      owed.ids.push(delivery.id);
      owed.messages.push(message.id);
      owed.webhooks.push(delivery.webhookId);
      owed.bytes.push(message.body.length + headers.length);
      owed.wanted.push(delivery.wanted);
    }
  }
  return [
    owner,
    plainArray(ids),
    plainArray(times),
    textArray(subjects),
    plainArray(starts),
    plainArray(headerSizes),
    Buffer.concat(pieces, size),
    plainArray(payloadSizes),
    plainArray(owed.ids),
    plainArray(owed.messages),
    plainArray(owed.webhooks),
    plainArray(owed.bytes),
    plainArray(owed.wanted),
    textArray(batch.map(({ deliveries }) => plainArray(deliveries.map(({ webhookId }) => webhookId)))),
    textArray(batch.map(({ deliveries }) => plainArray(deliveries.map(({ id }) => id)))),
  ];
}
