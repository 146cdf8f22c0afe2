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
}

export interface Plan<Row> {
  readonly brought: readonly Taken<Row>[];
  readonly notes: readonly Note[];
}

/**
 * Decides which rows of the Go service are brought: those that are new, and those that changed only there. A row that
 * changed on both sides, or whose id was given on both sides, stays as it is here.
 */
export function planRows<Row extends { readonly id: number }>(
  kind: Kind,
  taken: readonly Taken<Row>[],
  ledger: Ledger,
  ours: ReadonlyMap<number, Current>,
): Plan<Row> {
  const notes: Note[] = [];
  const brought = taken.filter(({ row: { id }, hash, problem, losses }) => {
    const entry = ledger.get(id);
    const current = ours.get(id);
    if (entry?.hash === hash) return false;
    const conflict = conflictOf(entry, current);
    if (conflict !== undefined) notes.push({ kind, id, weight: 'conflict', says: conflict });
    else if (problem !== undefined) notes.push({ kind, id, weight: 'unused', says: problem });
    if (conflict === undefined) notes.push(...losses.map((says): Note => ({ kind, id, weight: 'changed', says })));
    return conflict === undefined;
  });
  return { brought, notes };
}

function conflictOf(
  entry: { readonly revision: number } | undefined,
  current: Current | undefined,
): string | undefined {
  if (entry === undefined) return current && 'its id was given on both sides: it stays as it is here';
  if (current === undefined) return 'it was removed here, and changed in the Go service since';
  return current.revision === entry.revision ? undefined : 'it was changed on both sides: it stays as it is here';
}
