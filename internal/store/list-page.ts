import type { Knex } from 'knex';
import type { Tag } from '../domain/tags.js';

export interface Page {
  readonly limit: number;
  /** From 1. */
  readonly page: number;
}

/** One page of what matches a filter, and how many match it. */
export interface ListOf<T> {
  readonly total: number;
  readonly nodes: readonly T[];
}

export async function countOf(query: Knex.QueryBuilder): Promise<number> {
  const rows: { total: string }[] = await query.clone().count('* as total');
  return Number(rows[0]?.total);
}

export function pageOf<Query extends Knex.QueryBuilder>(query: Query, page: Page): Query {
  query.limit(page.limit).offset((page.page - 1) * page.limit);
  return query;
}

/** Only rows that carry every one of the tags; `@>` is what the GIN indexes answer. */
export function carryingTags<Query extends Knex.QueryBuilder>(
  query: Query,
  column: string,
  tags: readonly Tag[],
): Query {
  for (const { key, value } of tags) query.whereRaw('?? @> ?::jsonb', [column, JSON.stringify({ [key]: value })]);
  return query;
}
