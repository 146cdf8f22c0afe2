import { ACCEPT, type Acceptance, acceptValues, type Keyed, type NewDelivery } from './accept-statement.js';
import type { JournalPool, Statement } from './journal-pool.js';
import { messageKey } from './message-key.js';
import { ensurePartitions } from './partitions.js';
import type { Persevere } from './persevere.js';

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
  const values = acceptValues(owner, batch, deps.duplicateWindowMs);
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
