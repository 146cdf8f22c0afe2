import type { Bench } from './bench.js';
import { registerHook } from './load/catalog.js';
import { deliverFlood } from './load/deliver.js';

/** The owners of the logs: one user has nearly all of them, the other has two percent. */
export const USERS = { most: 1, few: 2 } as const;
/** One tag is on nearly every second log, the other on one in 1,250. Each user has some logs with each tag. */
export const TAGS = { frequent: 'size:frequent', rare: 'size:rare' } as const;

const DAYS = 20;
const LOGS_PER_MESSAGE = 100;
const AT_ONCE = 250_000;
const SUBJECT = 'bench.logs';

/**
 * Inserts logs of the last twenty days, a hundred per message, as copies of the rows that one real delivery writes:
 * every column has a value that the service writes, also a new one. Partitions, indexes and functions are those of the
 * migrations.
 */
export async function insertLogs(bench: Bench, rows: number): Promise<void> {
  const { database, service, receiver } = bench;
  await registerHook(service.api, { subject: SUBJECT, url: `${receiver.origin}/hook` });
  await deliverFlood(bench, { subject: SUBJECT, messages: 1 });
  await database.run(
    `select hukz_ensure_partition(parent, (now() at time zone 'UTC')::date - day)
     from unnest(array['messages', 'webhook_logs']) parent, generate_series(0, ${DAYS + 1}) day`,
  );
  const until = new Date(Date.now() - 60_000);
  await insertMessages(bench, rows, until);
  for (let from = 0; from < rows; from += AT_ONCE) {
    const to = Math.min(rows, from + AT_ONCE);
    await insertSome(bench, { from, to, rows, until });
    bench.say(`logs: ${to.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}`);
  }
  await database.run('vacuum analyze webhook_logs');
  await database.run('vacuum analyze messages');
}

/**
 * The time of the log with that number, oldest first: inserts go where the service's would go. $1 is rows, $2 is until.
 */
const instant = (n: string) => `$2::timestamptz - (1 - ${n}::float8 / $1::float8) * ${DAYS} * interval '1 day'`;
/** An id as the service would have made at that time, so that ids of one time are adjacent in the index. */
const id = (n: string, kind: 1 | 2) =>
  `(lpad(to_hex(${n}::bigint), 12, '0') || '7${kind}0080000000' || lpad(to_hex(${n}::bigint), 8, '0'))::uuid`;

async function insertMessages({ database }: Bench, rows: number, until: Date): Promise<void> {
  const columns = await columnsOf(database, 'messages', ['id', 'received_at']);
  await database.run(
    `insert into messages (id, received_at, ${columns.join(', ')})
     select ${id('n', 1)}, ${instant('n')}, ${columns.map((column) => `one.${column}`).join(', ')}
     from (select * from messages limit 1) one, generate_series(0, $1::bigint - 1, ${LOGS_PER_MESSAGE}) n`,
    [rows, until],
  );
}

interface Some {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly until: Date;
}

const USER = `case when n % 100 < 2 then ${USERS.few} else ${USERS.most} end`;
const TAGGED = `case when n % 2500 in (0, 51) then '{"app":"bench","size":"rare"}'::jsonb
  when n % 2 = 0 then '{"app":"bench","size":"frequent"}' else '{"app":"bench"}' end`;

async function insertSome({ database }: Bench, { from, to, rows, until }: Some): Promise<void> {
  const own = ['id', 'created_at', 'created_by_id', 'tags', 'message_id', 'received_at', 'delivery_id'];
  const columns = await columnsOf(database, 'webhook_logs', own);
  const first = `(n - n % ${LOGS_PER_MESSAGE})`;
  await database.run(
    `insert into webhook_logs (created_at, created_by_id, tags, message_id, received_at, delivery_id, ${columns.join(', ')})
     select ${instant('n')}, ${USER}, ${TAGGED}, ${id(first, 1)}, ${instant(first)}, ${id('n', 2)},
       ${columns.map((column) => `one.${column}`).join(', ')}
     from (select * from webhook_logs where event = '${SUBJECT}' limit 1) one, generate_series($3::bigint, $4::bigint) n`,
    [rows, until, from, to - 1],
  );
}

async function columnsOf(database: Bench['database'], table: string, without: readonly string[]) {
  const rows = await database.run<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'hukz' and table_name = $1 and is_generated = 'NEVER' and not column_name = any($2)`,
    [table, without],
  );
  return rows.map(({ name }) => name);
}
