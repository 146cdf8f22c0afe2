import type { Knex } from 'knex';

/** Selects resources by the names that users gave. An absent name selects all. */
export interface NameFilter {
  readonly key?: string | undefined;
  readonly managedBy?: string | undefined;
}

/** The partial indexes on these columns need the condition that the row is not deleted. */
export function byNames<Query extends Knex.QueryBuilder>(query: Query, { key, managedBy }: NameFilter): Query {
  if (key !== undefined) query.where({ key });
  if (managedBy !== undefined) query.where({ managed_by: managedBy });
  return query;
}
