import type { Knex } from 'knex';

/** Builds an index without blocking writers. An index that an interrupted build left behind is built again. */
export async function indexConcurrently(knex: Knex, name: string, definition: string): Promise<void> {
  await knex.raw(`drop index concurrently if exists ${name}`);
  await knex.raw(`create index concurrently ${name} ${definition}`);
}

/**
 * Builds an index on a partitioned table, one partition at a time. Partitions that are created meanwhile get the index
 * at their creation.
 */
export async function indexPartitions(knex: Knex, index: { name: string; table: string; definition: string }) {
  const { name, table, definition } = index;
  await knex.raw(`create index if not exists ${name} on only ${table} ${definition}`);
  for (const part of await withoutIndex(knex, name, table)) {
    const ofPart = part.replace(table, name);
    await indexConcurrently(knex, ofPart, `on ${part} ${definition}`);
    await knex.raw(`alter index ${name} attach partition ${ofPart}`);
  }
}

async function withoutIndex(knex: Knex, name: string, table: string): Promise<string[]> {
  const { rows }: { rows: { part: string }[] } = await knex.raw(
    `select part.relname as part from pg_inherits join pg_class part on part.oid = inhrelid
     where inhparent = ?::regclass and not exists (
       select from pg_inherits has join pg_index on indexrelid = has.inhrelid
       where has.inhparent = ?::regclass and indrelid = part.oid
     ) order by 1 desc`,
    [table, name],
  );
  return rows.map(({ part }) => part);
}
