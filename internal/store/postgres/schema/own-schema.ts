import type { Knex } from 'knex';
import { UnusableServer } from '../usable-server.js';
import { MIGRATIONS_TABLE, OWN_SCHEMA } from './schema-names.js';

const KNEX_TABLES = [MIGRATIONS_TABLE, `${MIGRATIONS_TABLE}_lock`];

interface SchemaFacts {
  readonly exists: boolean;
  readonly mayCreate: boolean;
  readonly mayUse: boolean;
  readonly user: string;
  readonly database: string;
  /** Tables in the schema that are none of ours. */
  readonly foreign: readonly string[];
}

const FACTS = `
  select n.oid is not null as "exists", has_database_privilege(current_database(), 'create') as "mayCreate",
    coalesce(has_schema_privilege(n.oid, 'create') and has_schema_privilege(n.oid, 'usage'), false) as "mayUse",
    quote_ident(current_user) as "user", quote_ident(current_database()) as "database",
    array(select relname::text from pg_class where relnamespace = n.oid and relkind in ('r', 'p', 'v', 'm', 'f')
      and relname <> all(?) order by 1) as "foreign"
  from (select to_regnamespace(?)::oid as oid) n`;

/** The schema that this session's tables are in or will be in. */
export async function schemaOf(knex: Knex): Promise<string> {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(`select current_setting('search_path') as name`);
  return rows[0]?.name ?? OWN_SCHEMA;
}

/**
 * Returns whether our schema exists already, for a database without an installation.
 * @throws {UnusableServer} when the schema belongs to something else, or the user may not create it
 */
export async function requireOwnSchema(knex: Knex): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: SchemaFacts[] }>(FACTS, [KNEX_TABLES, OWN_SCHEMA]);
  const [facts] = rows;
  if (!facts) throw new Error('PostgreSQL did not describe the schema');
  const problem = facts.exists ? whyNotOurs(facts) : whyNotMade(facts);
  if (problem) throw new UnusableServer(problem);
  return facts.exists;
}

/**
 * Creates our schema for its first tables. Returns a function that undoes this, unless there are such tables by then:
 * a start that applies no migration leaves nothing behind.
 * @throws {UnusableServer} as `requireOwnSchema` does
 */
export async function makeOwnSchema(knex: Knex): Promise<() => Promise<void>> {
  const isThere = await requireOwnSchema(knex);
  if (!isThere) await knex.raw(`create schema ${OWN_SCHEMA}`);
  return async () => {
    if (await hasOwnTables(knex)) return;
    await knex.raw(`drop table if exists ${KNEX_TABLES.map((table) => `${OWN_SCHEMA}.${table}`).join(', ')}`);
    if (!isThere) await knex.raw(`drop schema ${OWN_SCHEMA}`);
  };
}

async function hasOwnTables(knex: Knex): Promise<boolean> {
  const { rows } = await knex.raw(`select to_regclass('${OWN_SCHEMA}.catalog_version') is not null as found`);
  return rows[0].found;
}

function whyNotMade({ mayCreate, user, database }: SchemaFacts): string | undefined {
  if (mayCreate) return undefined;
  return (
    `the PostgreSQL user ${user} may not create the schema "${OWN_SCHEMA}" in the database ${database}, and nothing was ` +
    `changed; let a user who may run: create schema ${OWN_SCHEMA} authorization ${user} (check DATABASE_USER)`
  );
}

function whyNotOurs({ mayUse, user, database, foreign }: SchemaFacts): string | undefined {
  if (!mayUse)
    return (
      `the PostgreSQL user ${user} may not create tables in the schema "${OWN_SCHEMA}" of the database ${database}, and ` +
      `nothing was changed; let its owner run: grant usage, create on schema ${OWN_SCHEMA} to ${user} (check DATABASE_USER)`
    );
  if (foreign.length === 0) return undefined;
  return (
    `the schema "${OWN_SCHEMA}" of the database ${database} has tables that hukz did not create (${foreign.slice(0, 5).join(', ')}), ` +
    'and nothing was changed; rename that schema, or give hukz another database (check DATABASE_NAME)'
  );
}
