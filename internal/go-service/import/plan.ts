import type { Taken } from '../rows/take-event.js';
import type { Kind, Ledger } from './ledger.js';

/** A fact about a row that is not simply brought. */
export interface Note {
  readonly kind: Kind;
  readonly id: number;
  /** `unused`: kept but not used. `changed`: not as it was. `conflict`: not brought. */
  readonly weight: 'unused' | 'changed' | 'conflict';
  readonly says: string;
}

/** Our row, as far as a plan needs it. */
export interface Current {
  readonly id: number;
  readonly revision: number;
  /** The events of a webhook, ascending. */
  readonly event_ids?: readonly number[];
}

interface Brought {
  readonly id: number;
  readonly event_ids?: readonly number[];
}

export interface Plan<Row> {
  readonly brought: readonly Taken<Row>[];
  readonly notes: readonly Note[];
}

/**
 * Decides which rows of the Go service are brought: those that are new, those that changed only there, and those that
 * would be taken in another way now, because an event that was not used is used, or the other way round. A row that
 * changed on both sides, or whose id was given on both sides, stays as it is here.
 */
export function planRows<Row extends Brought>(
  kind: Kind,
  taken: readonly Taken<Row>[],
  ledger: Ledger,
  ours: ReadonlyMap<number, Current>,
): Plan<Row> {
  const notes: Note[] = [];
  const brought = taken.filter(({ row, hash, problem, losses }) => {
    const { id } = row;
    const entry = ledger.get(id);
    const current = ours.get(id);
    const isUsedAlike = (entry?.problem == null) === (problem === undefined);
    const isTakenAlike = isUsedAlike && (current === undefined || hasSameEvents(row, current));
    if (entry?.hash === hash && (isTakenAlike || current?.revision !== entry.revision)) return false;
    const conflict = conflictOf(entry, current);
    if (conflict !== undefined) notes.push({ kind, id, weight: 'conflict', says: conflict });
    else if (problem !== undefined) notes.push({ kind, id, weight: 'unused', says: problem });
    if (conflict === undefined) notes.push(...losses.map((says): Note => ({ kind, id, weight: 'changed', says })));
    return conflict === undefined;
  });
  return { brought, notes: [...notes, ...removed(kind, taken, ledger)] };
}

const hasSameEvents = (row: Brought, current: Current) =>
  row.event_ids === undefined || String(row.event_ids) === String(current.event_ids);

/** The Go service only marks rows as deleted. A row that is not there was removed by a person. */
function removed(kind: Kind, taken: readonly Taken<Brought>[], ledger: Ledger): readonly Note[] {
  const ids = new Set(taken.map(({ row }) => row.id));
  const says = 'it was removed from the table of the Go service: it stays here';
  return [...ledger.keys()].filter((id) => !ids.has(id)).map((id) => ({ kind, id, weight: 'conflict', says }));
}

function conflictOf(
  entry: { readonly revision: number } | undefined,
  current: Current | undefined,
): string | undefined {
  if (entry === undefined) return current && 'its id was given on both sides: it stays as it is here';
  if (current === undefined) return 'it was removed here, and changed in the Go service since';
  return current.revision === entry.revision ? undefined : 'it was changed on both sides: it stays as it is here';
}
