// A program that answers as the Go service does, from its tables: the read requests that `hukz compare` sends. It is
// started with a connection to the database in GO_DATABASE, and prints its port.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

type Row = Readonly<Record<string, unknown>>;

// The Go service answers times in nanoseconds with the zone of its machine, and ids as numbers.
const pool = new pg.Pool({
  ...(JSON.parse(process.env.GO_DATABASE ?? '{}') as pg.PoolConfig),
  options: '-c search_path=public -c timezone=Asia/Kolkata',
  max: 2,
});
const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.US"000+05:30"'`;
const timeOf = (name: string) => `to_char(t.${name}, ${TIME}) as ${name}`;
const numberOf = (name: string) => `coalesce(t.${name}, 0)::float8 as ${name}`;
const RECORD = [
  numberOf('id'),
  ...['created_at', 'updated_at', 'deleted_at'].map(timeOf),
  numberOf('created_by_id'),
  numberOf('updated_by_id'),
  "coalesce(t.name, '') as name",
  't.tags',
].join(', ');

const jsonOf = (bytes: unknown): unknown => (Buffer.isBuffer(bytes) ? (JSON.parse(bytes.toString()) as unknown) : null);
const withJson = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? jsonOf(value) : value]),
  );

async function rows(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await pool.query<Row>(text, [...values])).rows.map(withJson);
}

const events = (where: string, values: readonly unknown[] = []) =>
  rows(
    `select ${RECORD}, coalesce(t.event, '') as event from events t where t.deleted_at is null and ${where} order by t.id`,
    values,
  );

async function webhooks(where: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const found = await rows(
    `select ${RECORD}, coalesce(t.url, '') as url, coalesce(t.enabled, false) as enabled, ${numberOf('space_id')}
     from webhooks t where t.deleted_at is null and ${where} order by t.id`,
    values,
  );
  return Promise.all(
    found.map(async (row) => ({
      ...row,
      events: await events('t.id in (select event_id from webhook_events where webhook_id = $1)', [row.id]),
    })),
  );
}

const logs = (user: number) =>
  rows(
    `select ${numberOf('id')}, ${timeOf('created_at')}, ${numberOf('created_by_id')}, t.event, t.url,
       ${numberOf('response_status_code')}, t.data, t.response_body, t.tags
     from webhook_logs t where t.created_by_id = $1 order by t.created_at desc, t.id desc limit 40`,
    [user],
  );

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const refused = (code: number, message: string): Answer => ({
  status: code,
  body: { errors: [{ code, message, source: '' }] },
});
const oneOf = ([row]: readonly Row[]) => (row ? ok(row) : refused(404, 'Record not found'));

function pageOf(all: readonly Row[], query: URLSearchParams): readonly Row[] {
  const [limit, page] = [Number(query.get('limit')), Number(query.get('page'))];
  return all.slice((page - 1) * limit, page * limit);
}

async function answer({ pathname, searchParams }: URL, user: number): Promise<Answer | string> {
  if (pathname === '/ping') return '.';
  if (/^\/health\/(alive|ready)$/.test(pathname)) return ok({ status: 'ok' });
  const [, list, id] = /^\/(events|webhooks)\/(\d+)$/.exec(pathname) ?? [];
  if ((list ?? /^\/(events|webhooks)/.exec(pathname)?.[1]) && !(user > 0)) return refused(401, 'Not allowed');
  // The id 0 is no condition for GORM: the first row is answered.
  if (list === 'events') return oneOf(await (Number(id) === 0 ? events('true') : events('t.id = $1', [id])));
  if (list === 'webhooks') return oneOf(await webhooks('t.id = $1', [id]));
  if (pathname === '/events') {
    const all = await events('true');
    return ok({ nodes: pageOf(all, searchParams), total: all.length });
  }
  // The total of webhooks and logs is the length of the page.
  const page = { '/webhooks/space/0': () => webhooks('true'), '/webhooks/logs': () => logs(user) }[pathname];
  if (!page) return '404 page not found\n';
  const nodes = pageOf(await page(), searchParams);
  return ok({ nodes, total: nodes.length });
}

const server = http.createServer((request, response) => {
  answer(new URL(request.url ?? '/', 'http://go'), Number(request.headers['x-user'])).then(
    (answered) => {
      if (typeof answered === 'string')
        response.writeHead(answered === '.' ? 200 : 404, { 'content-type': 'text/plain' }).end(answered);
      else
        response
          .writeHead(answered.status, { 'content-type': 'application/json' })
          .end(`${JSON.stringify(answered.body)}\n`);
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`));
