import type { Bench } from '../bench.js';
import type { Latencies } from '../latencies.js';
import { type BareIntake, type MeasureBareIntake, withBareIntake } from '../load/bare-intake.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood, deliverOverHttp, latenciesOf, type OverHttp } from '../load/deliver.js';
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
  readonly bare: BareIntake;
  readonly nats: Delivered;
  readonly single: Delivered;
  readonly batched: Delivered;
  readonly ahead: Delivered;
  readonly latencies: Latencies;
}

/**
 * W1 over HTTP: one message per request, and in batches. Each run is paired with one of W1, and with one of a bare
 * server that stores nothing.
 */
export const w10: Row = {
  id: 'W10',
  title: 'W1 published over HTTP, singly and in batches',
  run: (bench) =>
    bench.withWorker<HttpPublisherCommands, readonly Line[]>('http-publisher', (publisher) =>
      withBareIntake(bench, publisher, (bare) => measure(bench, publisher, bare)),
    ),
};

async function measure(
  base: Bench,
  publisher: Worker<HttpPublisherCommands>,
  bareIntake: MeasureBareIntake,
): Promise<readonly Line[]> {
  const { messages, rounds, warmUpMessages, paced, payloadBytes: bytes, window } = base.plan;
  const bench = { ...base, pids: { ...base.pids, publisher: publisher.pid } };
  const over = (way: Pick<OverHttp, 'perRequest' | 'perSecond' | 'window'>) => (work: { readonly messages: number }) =>
    deliverOverHttp(bench, { subject: SUBJECT, ...work }, { publisher, connections: CONNECTIONS, ...way });
  const single = over({ perRequest: 1, window });
  const batched = over({ perRequest: BATCH, window });
  const ahead = over({ perRequest: BATCH });
  const atRate = over({ perRequest: 1, perSecond: paced.perSecond });
  const bareOf = (count: number) =>
    bareIntake({ subject: SUBJECT, count, bytes, connections: CONNECTIONS, perRequest: 1 });
  await registerHook(bench.service.api, { subject: SUBJECT, url: `${bench.receiver.origin}/hook` });
  bench.say('W10: warming up');
  await deliverFlood(base, { subject: SUBJECT, messages: warmUpMessages });
  await single({ messages: warmUpMessages });
  await batched({ messages: warmUpMessages });
  await bareOf(warmUpMessages);
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const bare = await bareOf(messages);
    const nats = await deliverFlood(base, { subject: SUBJECT, messages });
    const one = await single({ messages });
    const many = await batched({ messages });
    const latencies = latenciesOf(await atRate({ messages: paced.messages }));
    done.push({ bare, nats, single: one, batched: many, ahead: await ahead({ messages }), latencies });
    bench.say(
      `W10 ${round}/${rounds}: W1 ${spell(nats.perSecond)}/s, single ${spell(one.perSecond)}/s, batches ${spell(many.perSecond)}/s, p99 ${spell(latencies.p99)} ms`,
    );
  }
  return lines(done);
}

const KINDS = {
  W10: { of: 'single', what: `1 KiB over HTTP, ${CONNECTIONS} connections` },
  W10b: { of: 'batched', what: `the same in batches of ${BATCH}, with as many messages under way as in W1` },
  'W10b ahead': { of: 'ahead', what: 'the same, published as fast as they are accepted' },
} as const;

function lines(rounds: readonly Round[]): readonly Line[] {
  const rate = (id: keyof typeof KINDS, bound?: number): Line => {
    const { of, what } = KINDS[id];
    const runs = rounds.map((round) => round[of]);
    const ratios = rounds.map((round) => round[of].perSecond / round.nats.perSecond);
    return {
      id,
      what,
      unit: '/s',
      values: runs.map(({ perSecond }) => perSecond),
      targets: bound === undefined ? [] : [atLeast(median(ratios), bound, ' × W1')],
      notes: [
        `ratio to W1 of the same minute: ${spell(median(ratios))}`,
        spellUsage(runs.map(({ usage }) => usage)),
        `W1, beside it: ${spellUsage(rounds.map(({ nats }) => nats.usage))}`,
      ],
    };
  };
  const p99s = rounds.map(({ latencies }) => latencies.p99);
  return [
    bareLine(rounds),
    rate('W10', 0.6),
    rate('W10b', 0.9),
    rate('W10b ahead'),
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

/** The cost of HTTP for both ends, and the ratio that W10 reaches if it costs W1's delivery and nothing else. */
function bareLine(rounds: readonly Round[]): Line {
  const each = (of: (bare: BareIntake) => number) => median(rounds.map(({ bare }) => of(bare)));
  const bounds = rounds.map(({ nats: { usage }, bare }) => {
    const delivery = usage.service + usage.postgres + usage.receiver;
    return (delivery + usage.nats + usage.publisher) / (delivery + bare.server + bare.publisher);
  });
  return {
    id: 'B4',
    what: `a bare node:http server that answers 202, ${CONNECTIONS} connections`,
    unit: '/s',
    values: rounds.map(({ bare }) => bare.perSecond),
    targets: [],
    notes: [
      `CPU µs per request: server ${spell(each(({ server }) => server))}, publisher ${spell(each((bare) => bare.publisher))}`,
      `CPU of W1 ÷ CPU of W1's delivery with this in place of NATS: ${spell(median(bounds))}, the limit of W10 ÷ W1 on busy cores`,
    ],
  };
}
