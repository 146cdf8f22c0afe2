import type { Erasure, ErasureSelection, ErasureState } from '../../domain/erasure/erasure.js';
import { FIRES_NOTHING } from '../../domain/filter/filter.js';
import { parseFilterText } from '../../domain/filter/parsing/parse-filter.js';

/** A row of `erasures`; bigint columns arrive as text. */
export interface ErasureRow {
  readonly id: string;
  readonly created_at: Date;
  readonly created_by_id: string;
  readonly ids: readonly string[] | null;
  readonly since: Date | null;
  readonly until: Date;
  readonly event: string | null;
  readonly space_id: string | null;
  readonly content: string | null;
  readonly state: string;
  readonly total: number;
  readonly erased: number;
  readonly undecided: number;
  readonly cursor: readonly string[] | null;
  readonly is_scanned: boolean;
  readonly finished_at: Date | null;
}

/** The rest of the messages of a job. */
export interface ErasureRest {
  readonly waiting: number;
  readonly problem: string | null;
}

/** The content of a job that has ended. */
export const FORGOTTEN = '';

export function selectionOf(row: ErasureRow): ErasureSelection {
  return {
    ids: row.ids ?? undefined,
    since: row.since ?? undefined,
    until: row.until,
    event: row.event ?? undefined,
    spaceId: row.space_id === null ? undefined : Number(row.space_id),
    content: row.content ? contentOf(row.content) : undefined,
  };
}

/** A condition that cannot be read, which a later version has stored, must not become an erasure without it. */
function contentOf(text: string) {
  const parsed = parseFilterText(text);
  return parsed.ok ? parsed.value : FIRES_NOTHING;
}

export function toErasure(row: ErasureRow, { waiting, problem }: ErasureRest): Erasure {
  return {
    id: row.id,
    createdAt: row.created_at,
    createdById: Number(row.created_by_id),
    selection: selectionOf(row),
    hasContent: row.content !== null,
    state: row.state as ErasureState,
    total: row.total,
    erased: row.erased,
    waiting,
    undecided: row.undecided,
    problem,
    finishedAt: row.finished_at,
  };
}
