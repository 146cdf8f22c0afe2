import { readResidentMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { addHook, addHooks, registerEvent } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { atLeast, atMost } from '../load/target.js';
import { maxStallMs, readMetrics } from '../metrics.js';
import { nowMs } from '../now.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';

// The two services of one queue group would share the messages of one subject.
const SUBJECTS = { few: 'bench.w3.few', many: 'bench.w3.many' };
const FEW = 10;
const NAME = 'many';

/** A message that selects one of a hundred thousand webhooks. Each run is paired with a run that selects one of ten. */
export const w3: Row = {
  id: 'W3',
  title: '100,000 webhooks on one event, a tag that selects one',
  async run(bench) {
    const { origin } = bench.receiver;
    const few = await registerEvent(bench.service.api, SUBJECTS.few);
    await addHooks(bench, { eventId: few, first: 0, count: FEW, origin: `${origin}/pick` });
    const { eventId, stallMs } = await bench.apart({ name: NAME }, (many) => fill(many));
    // The row uses a separate service again: the first one also paid for reading all webhooks at once, which is not
    // part of the cost of a start.
    return bench.apart({ name: NAME }, async (many) => [
      ...(await startLines(bench, many)),
      ...(await rateLines(bench, many)),
      ...(await changeLines(many, { eventId, fillStallMs: stallMs })),
    ]);
  },
};

/** All webhooks appear at once while the service runs: measures the longest stall of its event loop meanwhile. */
async function fill(many: Bench): Promise<{ readonly eventId: number; readonly stallMs: number }> {
  const count = many.plan.manyWebhooks;
  many.say(`W3: registering ${spell(count)} webhooks`);
  const eventId = await registerEvent(many.service.api, SUBJECTS.many);
  const stallMs = await addHooks(many, { eventId, first: 0, count, origin: `${many.receiver.origin}/pick` });
  return { eventId, stallMs };
}

async function startLines(bench: Bench, many: Bench): Promise<readonly Line[]> {
  const count = many.plan.manyWebhooks;
  const ready = many.service.readyAfterMs;
  const more = (await readResidentMegabytes(many.pids.service)) - (await readResidentMegabytes(bench.pids.service));
  const notes = [
    `resident memory above that of a service that has worked with few: ${spell(more)} MB, ${spell((more * 1024) / count)} kB per webhook`,
  ];
  const targets = [atMost(ready, 3000, ' ms')];
  return [
    { id: 'W3 start', what: `start with ${spell(count)} webhooks`, unit: ' ms', values: [ready], targets, notes },
  ];
}

async function rateLines(bench: Bench, many: Bench): Promise<readonly Line[]> {
  const { messages, rounds, manyWebhooks, warmUpMessages } = bench.plan;
  const runFew = (count: number) =>
    deliverFlood(bench, { subject: SUBJECTS.few, messages: count, picks: { from: 0, count: FEW } });
  const runMany = (count: number) =>
    deliverFlood(many, { subject: SUBJECTS.many, messages: count, picks: { from: 0, count: manyWebhooks } });
  await runFew(warmUpMessages);
  await runMany(warmUpMessages);
  const done: { readonly few: Delivered; readonly many: Delivered }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const round1 = { few: await runFew(messages), many: await runMany(messages) };
    done.push(round1);
    bench.say(`W3 ${round}/${rounds}: ${spell(round1.many.perSecond)}/s, with ${FEW} ${spell(round1.few.perSecond)}/s`);
  }
  const ratio = median(done.map((round) => round.many.perSecond / round.few.perSecond));
  const stallOf = (which: 'few' | 'many') => spell(Math.max(...done.map((round) => round[which].stallMs)));
  return [
    {
      id: 'W3',
      what: `one of ${spell(manyWebhooks)} webhooks by tag`,
      unit: '/s',
      values: done.map((round) => round.many.perSecond),
      targets: [atLeast(ratio, 0.95, ` × with ${FEW}`)],
      notes: [
        `ratio to one of ${FEW} of the same minute: ${spell(ratio)}; longest stall of the event loop ${stallOf('many')} ms, with ${FEW} ${stallOf('few')} ms`,
        spellUsage(done.map((round) => round.many.usage)),
        `with ${FEW}: ${spellUsage(done.map((round) => round.few.usage))}`,
      ],
    },
  ];
}

/**
 * Measures the time from the registration of a new webhook to its first message, and the longest stall of the event
 * loop.
 */
async function changeLines(
  many: Bench,
  { eventId, fillStallMs }: { readonly eventId: number; readonly fillStallMs: number },
): Promise<readonly Line[]> {
  const { manyWebhooks, longRounds } = many.plan;
  const values: number[] = [];
  const stalls: number[] = [];
  for (let round = 0; round < Math.max(3, longRounds); round++) {
    const pick = manyWebhooks + round;
    await readMetrics(many.service.metrics);
    const from = nowMs();
    await addHook(many.service.api, { eventId, url: `${many.receiver.origin}/hook`, tags: { pick: String(pick) } });
    const whileRegistering = maxStallMs(await readMetrics(many.service.metrics));
    const picks = { from: pick, count: 1 };
    const { stallMs } = await deliverFlood(many, { subject: SUBJECTS.many, messages: 1, picks });
    values.push(nowMs() - from);
    stalls.push(Math.max(stallMs, whileRegistering));
  }
  return [
    {
      id: 'W3 change',
      what: 'a new webhook among them: from registration to its first message',
      unit: ' ms',
      values,
      targets: [atMost(Math.max(...values), 1000, ' ms')],
    },
    {
      id: 'W3 stall',
      what: `the longest stall of the event loop: all ${spell(manyWebhooks)} appear at once, then such changes`,
      unit: ' ms',
      values: [fillStallMs, ...stalls],
      targets: [atMost(Math.max(fillStallMs, ...stalls), 50, ' ms')],
    },
  ];
}
