import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { addHooks, registerEvent } from '../catalog.js';
import { checkArrivals, checkLogged } from '../checks.js';
import { type Delivered, deliverFlood, deliverPaced, latenciesOf, untilNothingIsOwed } from '../deliver.js';
import { median, spell } from '../numbers.js';
import type { Receiver } from '../receiver.js';
import type { Line, Row } from '../row.js';
import { atLeast, atMost } from '../target.js';
import type { Conduct } from '../workers/conduct.js';
import type { Aside, Picks } from '../workers/publisher.js';

const SUBJECT = 'bench.unwell';
/** Often and for long, so that whatever is not well is tried again while the row runs, and drains when it is healed. */
const RETRY_SCHEDULE = Array.from({ length: 40 }, () => '3s').join(',');
const DRAINED_WITHIN_MS = 60_000;

export interface Unwell {
  readonly id: string;
  readonly title: string;
  /** Of the line of the table. */
  readonly what: string;
  /** Healthy and other webhooks, each with as much of the traffic as any other. */
  readonly webhooks: number;
  /** So many webhooks of each of these, from number 0 on. */
  readonly conducts: readonly { readonly conduct: Conduct; readonly count: number }[];
}

/** What the healthy ones notice of the others: the same work without and with them, at full speed and at a constant rate. */
export function unwellRow(unwell: Unwell): Row {
  return {
    id: unwell.id,
    title: unwell.title,
    run: (bench) =>
      bench.withReceiver((others) =>
        bench.apart({ name: unwell.id.toLowerCase(), settings: { RETRY_SCHEDULE } }, async (apart) =>
          toLines(unwell, await measure(unwell, apart, others)),
        ),
      ),
  };
}

interface Pair {
  readonly without: Delivered;
  readonly beside: Delivered;
}

interface Round {
  readonly flood: Pair;
  readonly paced: Pair;
}

async function measure(unwell: Unwell, bench: Bench, others: Receiver): Promise<readonly Round[]> {
  const { longRounds, messages, warmUpMessages, paced } = bench.plan;
  const healthy = await register(unwell, bench, others);
  const bad = { from: 0, count: healthy.from };
  const every = Math.floor(healthy.count / bad.count);
  const aside = { run: bench.nextRun(), every, picks: bad };
  const flood = (count: number, with_?: Aside) =>
    deliverFlood(bench, { subject: SUBJECT, messages: count, picks: healthy, aside: with_ });
  const pace = (with_?: Aside) =>
    deliverPaced(bench, { subject: SUBJECT, messages: paced.messages, picks: healthy, aside: with_ }, paced.perSecond);
  await flood(warmUpMessages);
  const without: { readonly flood: Delivered; readonly paced: Delivered }[] = [];
  for (let round = 0; round < longRounds; round++) without.push({ flood: await flood(messages), paced: await pace() });

  // They get worse from round to round: nothing is healed in between.
  const each = Math.floor(messages / every) + Math.floor(paced.messages / every);
  await others.begin({ run: aside.run, messages: each * longRounds, fanOut: 1 });
  const since = new Date();
  const done: Round[] = [];
  for (const [round, before] of without.entries()) {
    const first = round * each;
    const flooded = await flood(messages, { ...aside, first });
    const afterFlood = await pace({ ...aside, first: first + Math.floor(messages / every) });
    done.push({
      flood: { without: before.flood, beside: flooded },
      paced: { without: before.paced, beside: afterFlood },
    });
    bench.say(`${unwell.id} ${round + 1}/${longRounds}: ${spellRound(done.at(-1))}`);
  }
  await drain({ bench, others, run: aside.run, since, expected: each * longRounds });
  return done;
}

/** Answers which of the webhooks are well. */
async function register({ webhooks, conducts }: Unwell, bench: Bench, others: Receiver): Promise<Picks> {
  const eventId = await registerEvent(bench.service.api, SUBJECT);
  let first = 0;
  for (const { conduct, count } of conducts) {
    await addHooks(bench, { eventId, first, count, origin: `${await others.misbehave(conduct)}/bad` });
    first += count;
  }
  await addHooks(bench, { eventId, first, count: webhooks - first, origin: `${bench.receiver.origin}/well` });
  return { from: first, count: webhooks - first };
}

interface Draining {
  readonly bench: Bench;
  readonly others: Receiver;
  readonly run: number;
  readonly since: Date;
  readonly expected: number;
}

/** What was sent to those that were not well is not lost either. */
async function drain({ bench, others, run, since, expected }: Draining): Promise<void> {
  bench.say('all are well again: what they are owed must arrive');
  await others.heal();
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  while ((await others.report()).distinct < expected && Date.now() < deadline) await sleep(100);
  await untilNothingIsOwed(bench.database);
  checkArrivals(await others.report(), expected);
  checkLogged(await bench.database.logged(run, since), { messages: expected, deliveries: expected });
}

const spellRound = (round: Round | undefined) =>
  round &&
  `${spell(round.flood.beside.perSecond)}/s, without them ${spell(round.flood.without.perSecond)}/s; ` +
    `p99 ${spell(latenciesOf(round.paced.beside).p99)} ms, without them ${spell(latenciesOf(round.paced.without).p99)} ms`;

function toLines({ id, what }: Unwell, rounds: readonly Round[]): readonly Line[] {
  const rates = (kind: keyof Pair) => rounds.map(({ flood }) => flood[kind].perSecond);
  const p99s = (kind: keyof Pair) => rounds.map(({ paced }) => latenciesOf(paced[kind]).p99);
  const rate = median(rates('beside')) / median(rates('without'));
  const p99 = median(p99s('beside')) / median(p99s('without'));
  return [
    {
      id,
      what,
      unit: '/s',
      values: rates('beside'),
      targets: [atLeast(rate, 0.95, ' × without')],
      notes: [`without them ${spell(median(rates('without')))}/s, ratio ${spell(rate)}`],
    },
    {
      id: `${id} p99`,
      what: 'the same at 1,000/s',
      unit: ' ms',
      values: p99s('beside'),
      targets: [atMost(p99, 1.2, ' × without')],
      notes: [`without them ${spell(median(p99s('without')))} ms, ratio ${spell(p99)}`],
    },
  ];
}
