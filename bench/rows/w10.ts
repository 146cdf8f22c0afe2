import type { Bench } from '../bench.js';
import type { Latencies } from '../latencies.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood, deliverOverHttp, latenciesOf } from '../load/deliver.js';
import { atLeast, atMost } from '../load/target.js';
import type { Worker } from '../load/worker.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';
import type { HttpPublisherCommands } from '../workers/http-publisher.js';

const SUBJECT = 'bench.w10';
const CONNECTIONS = 32;
const BATCH = 100;

interface Round {
  readonly nats: Delivered;
  readonly single: Delivered;
  readonly batched: Delivered;
  readonly latencies: Latencies;
}

/** W1 over HTTP: one message per request, and in batches. Each run is paired with one of W1. */
export const w10: Row = {
  id: 'W10',
  title: 'W1 published over HTTP, singly and in batches',
  run: (bench) =>
    bench.withWorker<HttpPublisherCommands, readonly Line[]>('http-publisher', (publisher) =>
      measure(bench, publisher),
    ),
};

async function measure(base: Bench, publisher: Worker<HttpPublisherCommands>): Promise<readonly Line[]> {
  const { messages, rounds, warmUpMessages, paced } = base.plan;
  const bench = { ...base, pids: { ...base.pids, publisher: publisher.pid } };
  const over = (perRequest: number, perSecond?: number) => (work: { readonly messages: number }) =>
    deliverOverHttp(
      bench,
      { subject: SUBJECT, ...work },
      { publisher, connections: CONNECTIONS, perRequest, perSecond },
    );
  const single = over(1);
  const batched = over(BATCH);
  await registerHook(bench.service.api, { subject: SUBJECT, url: `${bench.receiver.origin}/hook` });
  bench.say('W10: warming up');
  await deliverFlood(base, { subject: SUBJECT, messages: warmUpMessages });
  await single({ messages: warmUpMessages });
  await batched({ messages: warmUpMessages });
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const nats = await deliverFlood(base, { subject: SUBJECT, messages });
    const one = await single({ messages });
    const many = await batched({ messages });
    const latencies = latenciesOf(await over(1, paced.perSecond)({ messages: paced.messages }));
    done.push({ nats, single: one, batched: many, latencies });
    bench.say(
      `W10 ${round}/${rounds}: W1 ${spell(nats.perSecond)}/s, single ${spell(one.perSecond)}/s, batches ${spell(many.perSecond)}/s, p99 ${spell(latencies.p99)} ms`,
    );
  }
  return lines(done);
}

function lines(rounds: readonly Round[]): readonly Line[] {
  const rate = (id: 'W10' | 'W10b', what: string, bound: number): Line => {
    const runs = rounds.map((round) => (id === 'W10' ? round.single : round.batched));
    const ratios = rounds.map(({ nats }, index) => (runs[index]?.perSecond ?? 0) / nats.perSecond);
    return {
      id,
      what,
      unit: '/s',
      values: runs.map(({ perSecond }) => perSecond),
      targets: [atLeast(median(ratios), bound, ' × W1')],
      notes: [
        `ratio to W1 of the same minute: ${spell(median(ratios))}`,
        spellUsage(runs.map(({ usage }) => usage)),
        `W1, beside it: ${spellUsage(rounds.map(({ nats }) => nats.usage))}`,
      ],
    };
  };
  const p99s = rounds.map(({ latencies }) => latencies.p99);
  return [
    rate('W10', `1 KiB over HTTP, ${CONNECTIONS} connections`, 0.6),
    rate('W10b', `the same in batches of ${BATCH}`, 0.9),
    {
      id: 'W10 p99',
      what: 'over HTTP at 1,000/s, from the intended publishing to arrival',
      unit: ' ms',
      values: p99s,
      targets: [atMost(median(p99s), 50, ' ms')],
      notes: [`p50 ${spell(median(rounds.map(({ latencies }) => latencies.p50)))} ms`],
    },
  ];
}
