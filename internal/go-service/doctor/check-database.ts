import type { Db } from '../../store/postgres/knex.js';
import { whyUnusable } from '../../store/postgres/usable-server.js';
import { hasGoTables } from '../rows/read-tables.js';
import { type Finding, ok } from './finding.js';

interface Facts {
  readonly version: string;
  readonly encoding: string;
  readonly database: string;
  readonly user: string;
  readonly may_create: boolean;
}

const TABLES = ['events', 'webhooks', 'webhook_events', 'webhook_logs'] as const;
const SEQUENCES = ['events_id_seq', 'webhooks_id_seq', 'webhook_logs_id_seq'] as const;

/** The version of PostgreSQL, the tables of the Go service, and the rights that the import needs. */
export async function checkDatabase(db: Db, schema: string): Promise<readonly Finding[]> {
  const { rows } = await db.raw<{ rows: Facts[] }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
       current_database() as database, current_user as user,
       has_database_privilege(current_database(), 'CREATE') or to_regnamespace('hukz') is not null as may_create`,
  );
  const [facts] = rows;
  if (!facts) throw new Error('PostgreSQL did not say its version');
  const version = Number(facts.version);
  const problem = whyUnusable({ version, encoding: facts.encoding });
  const findings: Finding[] = [
    problem === undefined
      ? ok('database', `PostgreSQL ${Math.floor(version / 10_000)}, database ${facts.database}`)
      : { check: 'database', weight: 'obstacle', says: problem },
  ];
  if (!facts.may_create)
    findings.push({
      check: 'database',
      weight: 'obstacle',
      says: `the user ${facts.user} may not create the schema hukz`,
      advice: `as an administrator: grant create on database "${facts.database}" to "${facts.user}"`,
    });
  if (await hasGoTables(db, schema)) findings.push(...(await unreadable(db, schema, facts.user)));
  else
    findings.push({
      check: 'database',
      weight: 'obstacle',
      says: `the schema ${schema} has no tables of the Go service`,
      advice: 'check DATABASE_NAME, or name the schema with --schema',
    });
  return findings;
}

/** The import reads the tables, and the last ids of their sequences. */
async function unreadable(db: Db, schema: string, user: string): Promise<readonly Finding[]> {
  const { rows } = await db.raw<{ rows: { name: string; kind: string }[] }>(
    `select name, 'table' as kind from unnest(?::text[]) name
     where not has_table_privilege(format('%I.%I', ?::text, name), 'SELECT')
     union all
     select name, 'sequence' from unnest(?::text[]) name
     where not has_sequence_privilege(format('%I.%I', ?::text, name), 'SELECT')`,
    [[...TABLES], schema, [...SEQUENCES], schema],
  );
  return rows.map(({ name, kind }) => ({
    check: 'database',
    weight: 'obstacle',
    says: `the user ${user} may not read the ${kind} ${schema}.${name}`,
    advice: `grant select on ${schema}.${name} to "${user}"`,
  }));
}
