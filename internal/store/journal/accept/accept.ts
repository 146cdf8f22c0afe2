import type { JournalPool, Statement } from '../journal-pool.js';
import { ensurePartitions } from '../partitions.js';
import type { Persevere, Repeatable } from '../persevere.js';
import { ACCEPT, type Acceptance, acceptValues, type Keyed, type NewDelivery } from './accept-statement.js';
import { messageKey } from './message-key.js';

export interface Accepted {
  /** False when the journal had the message already. Nothing was inserted for it. */
  readonly isNew: boolean;
  /** The id of the instance that owns the deliveries. */
  readonly owner: string;
  /** Ids of the deliveries that this instance has to send, with those of other messages of the batch. */
  readonly owned: ReadonlySet<string>;
  /** The reason why PostgreSQL can never store the message. */
  readonly refused?: string;
  /** Nothing was inserted, because the catalog has changed. The message must be matched again. */
  readonly stale?: true;
}

const FIND_OWNED: Statement = {
  name: 'find-owned',
  text: 'select id from deliveries where id = any($1::uuid[]) and owner = $2',
};

export interface AcceptDeps {
  readonly pool: JournalPool;
  readonly persevere: Persevere;
  instanceId(): string;
  /** Time for which a `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
  /** See `Repeatable`. */
  readonly tries?: Pick<Repeatable<unknown>, 'maxTries' | 'maxTooLong' | 'repeated'>;
}

/** Commits a batch, and returns the results in its order. Rejects with errors that a repetition cannot fix. */
export async function acceptBatch(deps: AcceptDeps, batch: readonly Acceptance[]): Promise<readonly Accepted[]> {
  // A batch has one stamp. Messages matched by a catalog older than that of the last message are stale already.
  const stamp = batch.at(-1)?.catalogStamp;
  const matched = batch.filter(({ catalogStamp }) => catalogStamp === stamp);
  const single = withoutTwins(matched);
  const results = await acceptSingle(deps, single);
  if (single.length === batch.length) return results;
  const byAcceptance = new Map(single.map(({ acceptance }, index) => [acceptance, results[index]]));
  const twins = new Set(matched);
  return batch.map((one) => byAcceptance.get(one) ?? (twins.has(one) ? TWIN : STALE));
}

/**
 * Leaves out the second of two equal messages, redelivered or published twice under one `Nats-Msg-Id`. Two messages
 * that a stream accepted as new are not equal; the second then has no key, because a statement can write a key only
 * once.
 */
function withoutTwins(batch: readonly Acceptance[]): readonly Keyed[] {
  const seen = new Set<string>();
  const keys = new Map<string, boolean>();
  const single: Keyed[] = [];
  for (const acceptance of batch) {
    const { message, isOfStream = false } = acceptance;
    if (seen.has(message.id)) continue;
    const key = messageKey(message.subject, message.headers);
    const isFirst = key === undefined || !keys.has(key);
    if (!isFirst && !(isOfStream && keys.get(key))) continue;
    seen.add(message.id);
    if (isFirst && key !== undefined) keys.set(key, isOfStream);
    single.push({ acceptance, key: isFirst ? key : undefined });
  }
  return single;
}

async function acceptSingle(deps: AcceptDeps, batch: readonly Keyed[]): Promise<readonly Accepted[]> {
  const owner = deps.instanceId();
  const values = acceptValues(owner, batch, deps.duplicateWindowMs);
  return deps.persevere({
    name: 'accept',
    ...deps.tries,
    run: async (repeated) => {
      const [row] = await deps.pool.run<AcceptRow>(ACCEPT, values);
      const fresh = toAccepted(row, owner, batch);
      return repeated ? recognise(deps.pool, batch, fresh, owner) : fresh;
    },
    ensurePartitions: () =>
      ensurePartitions(
        deps.pool,
        'messages',
        batch.map(({ acceptance }) => acceptance.message.receivedAt),
      ),
  });
}

interface AcceptRow {
  readonly alive: boolean;
  readonly current: boolean;
  readonly ids: string | null;
}

const NONE: ReadonlySet<string> = new Set();
const TWIN: Accepted = { isNew: false, owner: '', owned: NONE };
const STALE: Accepted = { isNew: false, owner: '', owned: NONE, stale: true };

/** If our row of `instances` was gone, the deliveries were inserted without an owner. */
function toAccepted(row: AcceptRow | undefined, owner: string, batch: readonly Keyed[]): readonly Accepted[] {
  if (!row?.current) return batch.map(() => STALE);
  // Usually all messages are new. Their ids are only listed when some are not.
  const stored = row.ids === null ? undefined : new Set(row.ids.split(','));
  const isNew = ({ acceptance }: Keyed) => stored?.has(acceptance.message.id) ?? true;
  const owned = new Set<string>();
  if (row.alive) for (const one of batch) if (isNew(one)) addWanted(one.acceptance.deliveries, owned);
  const accepted: Accepted = { isNew: true, owner: row.alive ? owner : '', owned };
  return batch.map((one) => (isNew(one) ? accepted : TWIN));
}

function addWanted(deliveries: readonly NewDelivery[], to: Set<string>): void {
  for (const { id, wanted } of deliveries) if (wanted) to.add(id);
}

/** After an unknown outcome, a conflict may come from our own earlier try. The deliveries then have our ids. */
async function recognise(
  pool: JournalPool,
  batch: readonly Keyed[],
  fresh: readonly Accepted[],
  owner: string,
): Promise<readonly Accepted[]> {
  const wanted = new Set<string>();
  for (const { acceptance } of batch) addWanted(acceptance.deliveries, wanted);
  const rows = await pool.run<{ id: string }>(FIND_OWNED, [[...wanted], owner]);
  const owned = new Set(rows.map((row) => row.id));
  return batch.map(({ acceptance, key }, index) => {
    const isOurs = acceptance.deliveries.some(({ id }) => owned.has(id));
    if (!isOurs && fresh[index]?.stale) return STALE;
    // The id of a message without a stream is random, so that only our earlier try can have stored it. It may own no
    // delivery by which it would be recognised.
    const isRandom = key === undefined && acceptance.isOfStream !== true;
    return { isNew: (fresh[index]?.isNew ?? false) || isOurs || isRandom, owner, owned };
  });
}
