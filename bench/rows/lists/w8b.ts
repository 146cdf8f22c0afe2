import type { Bench } from '../../bench.js';
import { BenchFailure } from '../../failure.js';
import { makeLatencyHistogram, readLatencies, recordMs } from '../../latencies.js';
import { insertEverything, type Owed } from '../../list-rows.js';
import { atMost } from '../../load/target.js';
import { spell } from '../../numbers.js';
import type { Line, Row } from '../../row.js';

const MAX_MS = 15_000;
const MIN_COUNT = 5;

const queriesOf = ({ frequent, rare, paused }: Owed): readonly string[] => [
  '/deliveries',
  `/deliveries?webhook=${rare}`,
  ...['pending', 'held', 'dead', 'delivered', 'cancelled'].flatMap((state) => [
    `/deliveries?state=${state}&webhook=${frequent}`,
    `/deliveries?state=${state}&webhook=${rare}`,
  ]),
  `/deliveries?state=held&webhook=${paused}`,
  '/deliveries?state=lost',
  '/deliveries?state=pending&event=bench.rare',
  '/messages',
  '/messages?matched=false',
  '/messages?event=bench.rare',
  '/messages?space=99',
];

/** Each list is walked by its cursor, and begins again at its end. */
export const w8b: Row = {
  id: 'W8b',
  title: 'GET /deliveries and /messages on 5 million messages',
  run: (bench) =>
    bench.apart({ name: 'lists' }, async (apart) => {
      const owed = await insertEverything(apart, bench.plan.logs.rows);
      const lines: Line[] = [];
      for (const query of queriesOf(owed)) lines.push(await measure(apart, query));
      return lines;
    }),
};

async function measure({ service, plan, say }: Bench, query: string): Promise<Line> {
  const url = `${service.api}${query}${query.includes('?') ? '&' : '?'}limit=100`;
  const histogram = makeLatencyHistogram();
  let cursor: string | undefined;
  let nodes = 0;
  const deadline = performance.now() + MAX_MS;
  for (let request = 0; request <= plan.logs.requests; request++) {
    if (request > MIN_COUNT && performance.now() > deadline) break;
    const from = performance.now();
    const page = await read(cursor === undefined ? url : `${url}&cursor=${cursor}`);
    // The first request may be the first on its connection.
    if (request > 0) recordMs(histogram, performance.now() - from);
    cursor = page.next_cursor;
    nodes += page.nodes.length;
  }
  const { p50, p95, max } = readLatencies(histogram);
  say(`W8b ${query}: p95 ${spell(p95)} ms`);
  return {
    id: 'W8b p95',
    what: query,
    unit: ' ms',
    values: [p95],
    targets: [atMost(p95, 50, ' ms')],
    notes: [`${query}: p50 ${spell(p50)}, max ${spell(max)} ms; ${nodes} nodes`],
  };
}

async function read(url: string) {
  const response = await fetch(url, { headers: { 'x-user': '1' } });
  const text = await response.text();
  if (!response.ok) throw new BenchFailure(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as { readonly nodes: readonly unknown[]; readonly next_cursor?: string };
}
