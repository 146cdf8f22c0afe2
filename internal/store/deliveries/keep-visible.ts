import type { Knex } from 'knex';
import type { Visibility } from '../../identity/visibility.js';

/** The columns that contain the creator and the space of a row's webhook. */
interface WallColumns {
  readonly creator: string;
  readonly space: string;
}

/** Limits a query to the rows of visible webhooks. */
export function keepVisible(
  matching: Knex.QueryBuilder,
  { creator, space }: WallColumns,
  { createdById, spaces }: Visibility,
): Knex.QueryBuilder {
  if (createdById !== 'all') matching.where(creator, createdById);
  return spaces === 'all' ? matching : matching.whereIn(space, spaces);
}

/** The same limit in SQL with named bindings, for a query in which the webhook is `w`. */
export const VISIBLE_WEBHOOK = `(
    (cast(:creator as bigint) is null or w.created_by_id = cast(:creator as bigint))
    and (cast(:spaces as bigint[]) is null or w.space_id = any(:spaces)))`;

export const visibleBindings = ({ createdById, spaces }: Visibility) => ({
  creator: createdById === 'all' ? null : createdById,
  spaces: spaces === 'all' ? null : spaces,
});
