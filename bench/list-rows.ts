import type { Bench } from './bench.js';
import { registerHook } from './load/catalog.js';
import { deliverFlood } from './load/deliver.js';

const SUBJECT = 'bench.lists';
const DAYS = 20;
const AT_ONCE = 250_000;

/** The webhook that nearly everything is owed to, and one that one message in 100,000 is owed to. */
export interface Owed {
  readonly frequent: number;
  readonly rare: number;
  /** The webhook of the parked deliveries, which is paused. */
  readonly paused: number;
}

/**
 * Inserts as many messages, owed deliveries, dead letters and logs of the last twenty days: of ten messages, one is
 * unmatched, three are owed, one is dead, and the others were delivered. Owed deliveries are scheduled or parked, so
 * that the service leaves them alone. One message in 100,000 has the subject `bench.rare`.
 */
export async function insertEverything(bench: Bench, rows: number): Promise<Owed> {
  const { database, service, receiver } = bench;
  const frequent = await registerHook(service.api, { subject: SUBJECT, url: `${receiver.origin}/hook` });
  await deliverFlood(bench, { subject: SUBJECT, messages: 1 });
  const copies = await database.run<{ id: number }>(
    `insert into webhooks (created_by_id, updated_by_id, name, url, enabled, paused_at)
     select created_by_id, updated_by_id, name, url, enabled, pause
     from webhooks cross join (values (null::timestamptz), (now())) as pauses(pause) where id = $1
     order by pause nulls first returning id`,
    [frequent],
  );
  const [rare = 0, paused = 0] = copies.map(({ id }) => id);
  await database.run(
    `select hukz_ensure_partition(parent, (now() at time zone 'UTC')::date - day)
     from unnest(array['messages', 'webhook_logs']) parent, generate_series(0, ${DAYS + 1}) day`,
  );
  const until = new Date(Date.now() - 60_000);
  for (let from = 0; from < rows; from += AT_ONCE) {
    const to = Math.min(rows, from + AT_ONCE) - 1;
    for (const text of INSERTS) await database.run(text, [rows, until, from, to, frequent, rare, paused]);
    bench.say(`lists: ${to + 1} of ${rows}`);
  }
  for (const table of ['messages', 'deliveries', 'dead_letters', 'webhook_logs'])
    await database.run(`vacuum analyze ${table}`);
  return { frequent, rare, paused };
}

const AT = `$2::timestamptz - (1 - n::float8 / $1::float8) * ${DAYS} * interval '1 day'`;
const ID = (kind: 1 | 2) =>
  `(lpad(to_hex((extract(epoch from ${AT}) * 1000)::bigint), 12, '0') || '7${kind}0080000000' || lpad(to_hex(n), 8, '0'))::uuid`;
const ROWS = 'generate_series($3::bigint, $4::bigint) n';
const WEBHOOK = 'case when n % 100000 = 77777 then $6::int when n % 10 = 1 then $7::int else $5::int end';

const INSERTS = [
  `insert into messages (id, received_at, subject, payload, owed_to, delivery_ids)
   select ${ID(1)}, ${AT}, case when n % 100000 = 55555 then 'bench.rare' else '${SUBJECT}' end,
     convert_to('{"n":' || n || '}', 'UTF8'), case when n % 10 > 0 then array[${WEBHOOK}] else '{}' end,
     case when n % 10 > 0 then array[${ID(2)}] else '{}' end
   from ${ROWS}`,
  `insert into deliveries (id, message_id, received_at, webhook_id, bytes, due_at)
   select ${ID(2)}, ${ID(1)}, ${AT}, ${WEBHOOK}, 100,
     case when n % 10 = 1 then 'infinity' else now() + interval '9 days' end
   from ${ROWS} where n % 10 in (1, 2, 7)`,
  `insert into dead_letters (id, message_id, received_at, webhook_id, attempts, died_at, because, event, created_by_id)
   select ${ID(2)}, ${ID(1)}, ${AT}, ${WEBHOOK}, 1, ${AT}, 'exhausted', '${SUBJECT}', w.created_by_id
   from ${ROWS} cross join (select created_by_id from webhooks where id = $5::int) w where n % 10 = 3`,
  `insert into webhook_logs (created_at, created_by_id, event, url, response_status_code, tags, webhook_id, space_id, message_id,
     received_at, delivery_id, attempt, outcome, duration_ms)
   select ${AT}, w.created_by_id, '${SUBJECT}', w.url, 200, w.tags, ${WEBHOOK}, w.space_id, ${ID(1)}, ${AT}, ${ID(2)}, 1,
     case when n % 1000 = 4 then 'cancelled' when n % 10 = 3 then 'dead' else 'delivered' end, 1
   from ${ROWS} cross join (select * from webhooks where id = $5::int) w where n % 10 in (3, 4, 5, 6, 8, 9)`,
];
