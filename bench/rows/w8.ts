import type { Bench } from '../bench.js';
import { BenchFailure } from '../failure.js';
import { makeLatencyHistogram, readLatencies, recordMs } from '../latencies.js';
import { insertLogs, TAGS, USERS } from '../log-rows.js';
import { spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { atMost } from '../target.js';

interface Query {
  readonly tag: keyof typeof TAGS;
  readonly user: keyof typeof USERS;
  readonly page: number;
}

/** A query that takes seconds is told as soon by five. */
const LONGEST_MS = 15_000;
const FEWEST = 5;

const QUERIES: readonly Query[] = (['frequent', 'rare'] as const).flatMap((tag) =>
  (['most', 'few'] as const).flatMap((user) => [1, 100].map((page) => ({ tag, user, page }))),
);

/** The log query over HTTP. Its user is always a condition; one who has nearly all logs is as good as none. */
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
  const url = `${service.api}/webhooks/logs?tag=${TAGS[query.tag]}&page=${query.page}`;
  const histogram = makeLatencyHistogram();
  let listed = { total: 0, nodes: 0 };
  const deadline = performance.now() + LONGEST_MS;
  // The first one is not counted: it may be the first on its connection.
  for (let request = 0; request <= plan.logs.requests; request++) {
    if (request > FEWEST && performance.now() > deadline) break;
    const from = performance.now();
    listed = await list(url, USERS[query.user]);
    if (request > 0) recordMs(histogram, performance.now() - from);
  }
  const { p50, p95, max } = readLatencies(histogram);
  const what = `${query.tag} tag, user with ${query.user === 'most' ? '98 %' : '2 %'} of the logs, page ${query.page}`;
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

async function list(url: string, user: number): Promise<{ readonly total: number; readonly nodes: number }> {
  const response = await fetch(url, { headers: { 'x-user': String(user) } });
  const text = await response.text();
  if (!response.ok) throw new BenchFailure(`${url} answered ${response.status}: ${text}`);
  const { total, nodes } = JSON.parse(text) as { readonly total: number; readonly nodes: readonly unknown[] };
  return { total, nodes: nodes.length };
}
