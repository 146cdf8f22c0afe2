import type { Bench } from '../../bench.js';
import { BenchFailure } from '../../failure.js';
import { makeLatencyHistogram, readLatencies, recordMs } from '../../latencies.js';
import { atMost } from '../../load/target.js';
import { insertLogs, TAGS, USERS } from '../../log-rows.js';
import { spell } from '../../numbers.js';
import type { Line, Row } from '../../row.js';

interface Query {
  readonly tag: keyof typeof TAGS;
  readonly user: keyof typeof USERS;
  /** With `cursor`, each request continues where the previous one ended. */
  readonly place: 'page=1' | 'page=100' | 'cursor';
}

/** The maximum duration of a measurement: for a query that takes seconds, five requests are enough. */
const MAX_MS = 15_000;
const MIN_COUNT = 5;

const QUERIES: readonly Query[] = (['frequent', 'rare'] as const).flatMap((tag) =>
  (['most', 'few'] as const).flatMap((user) =>
    (['page=1', 'page=100', 'cursor'] as const).map((place) => ({ tag, user, place })),
  ),
);

/** The log query over HTTP. The user is always a condition; a user with nearly all logs represents no condition. */
export const w8: Row = {
  id: 'W8',
  title: 'GET /webhooks/logs?tag=… on 5 million logs',
  run: (bench) =>
    bench.apart({ name: 'logs' }, async (apart) => {
      const { rows } = bench.plan.logs;
      bench.say(`W8: inserting ${rows.toLocaleString('en-US')} logs`);
      await insertLogs(apart, rows);
      const lines: Line[] = [];
      for (const query of QUERIES) lines.push(await measure(apart, query));
      return lines;
    }),
};

async function measure({ service, plan, say }: Bench, query: Query): Promise<Line> {
  const first = `${service.api}/webhooks/logs?tag=${TAGS[query.tag]}`;
  const histogram = makeLatencyHistogram();
  let listed: Listed = { total: 0, nodes: 0, next: undefined };
  const deadline = performance.now() + MAX_MS;
  // The first request is not counted: it may be the first on its connection.
  for (let request = 0; request <= plan.logs.requests; request++) {
    if (request > MIN_COUNT && performance.now() > deadline) break;
    const { next } = listed;
    const place = query.place === 'cursor' ? (next ? `&cursor=${encodeURIComponent(next)}` : '') : `&${query.place}`;
    const from = performance.now();
    listed = await list(first + place, USERS[query.user]);
    if (request > 0) recordMs(histogram, performance.now() - from);
  }
  const { p50, p95, max } = readLatencies(histogram);
  const what = `${query.tag} tag, user with ${query.user === 'most' ? '98 %' : '2 %'} of the logs, ${query.place.replace('=', ' ')}`;
  say(`W8 ${what}: p95 ${spell(p95)} ms`);
  return {
    id: 'W8 p95',
    what,
    unit: ' ms',
    values: [p95],
    targets: [atMost(p95, 50, ' ms')],
    notes: [
      `${what}: p50 ${spell(p50)}, max ${spell(max)} ms; total ${spell(listed.total)}, on the page ${listed.nodes}`,
    ],
  };
}

interface Listed {
  readonly total: number;
  readonly nodes: number;
  /** The value is absent on the last page. */
  readonly next: string | undefined;
}

async function list(url: string, user: number): Promise<Listed> {
  const response = await fetch(url, { headers: { 'x-user': String(user) } });
  const text = await response.text();
  if (!response.ok) throw new BenchFailure(`${url} answered ${response.status}: ${text}`);
  const answer = JSON.parse(text) as { total: number; nodes: readonly unknown[]; next_cursor?: string | null };
  return { total: answer.total, nodes: answer.nodes.length, next: answer.next_cursor ?? undefined };
}
