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

/** What the healthy ones got. */
interface Got {
  readonly flood: Delivered;
  readonly paced: Delivered;
}

interface Measured {
  readonly alone: readonly Got[];
  /** Beside the same traffic to the others, before they fell ill. */
  readonly besideWell: readonly Got[];
  readonly besideUnwell: readonly Got[];
}

async function measure(unwell: Unwell, bench: Bench, others: Receiver): Promise<Measured> {
  const { longRounds, messages, warmUpMessages, paced } = bench.plan;
  const healthy = await register(unwell, bench, others);
  const every = Math.floor(healthy.count / healthy.from);
  const flood = (count: number, aside?: Aside) =>
    deliverFlood(bench, { subject: SUBJECT, messages: count, picks: healthy, aside });
  const pace = (aside?: Aside) =>
    deliverPaced(bench, { subject: SUBJECT, messages: paced.messages, picks: healthy, aside }, paced.perSecond);
  await flood(warmUpMessages);
  const alone: Got[] = [];
  for (let round = 0; round < longRounds; round++) alone.push({ flood: await flood(messages), paced: await pace() });

  const each = { flood: Math.floor(messages / every), paced: Math.floor(paced.messages / every) };
  const beside = async (how: string): Promise<readonly Got[]> => {
    const aside = { run: bench.nextRun(), every, picks: { from: 0, count: healthy.from } };
    const expected = (each.flood + each.paced) * longRounds;
    await others.begin({ run: aside.run, messages: expected, fanOut: 1 });
    const since = new Date();
    const got: Got[] = [];
    for (let round = 0; round < longRounds; round++) {
      const first = round * (each.flood + each.paced);
      const flooded = await flood(messages, { ...aside, first });
      got.push({ flood: flooded, paced: await pace({ ...aside, first: first + each.flood }) });
      bench.say(`${unwell.id} ${round + 1}/${longRounds}, ${how}: ${spellRound(got.at(-1))}`);
    }
    await drain({ bench, others, run: aside.run, since, expected });
    return got;
  };
  await others.heal();
  const besideWell = await beside('the others well');
  // They get worse from round to round: nothing is healed in between.
  await others.sicken();
  return { alone, besideWell, besideUnwell: await beside('the others ill') };
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

/** What was sent to those that were ill is not lost either: they are healed, and what they are owed must arrive. */
async function drain({ bench, others, run, since, expected }: Draining): Promise<void> {
  await others.heal();
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  while ((await others.report()).distinct < expected && Date.now() < deadline) await sleep(100);
  await untilNothingIsOwed(bench.database);
  checkArrivals(await others.report(), expected);
  checkLogged(await bench.database.logged(run, since), { messages: expected, deliveries: expected });
}

const spellRound = (got: Got | undefined) =>
  got && `${spell(got.flood.perSecond)}/s; p99 ${spell(latenciesOf(got.paced).p99)} ms`;

const rates = (got: readonly Got[]) => got.map(({ flood }) => flood.perSecond);
const p99s = (got: readonly Got[]) => got.map(({ paced }) => latenciesOf(paced).p99);

function toLines({ id, what }: Unwell, { alone, besideWell, besideUnwell }: Measured): readonly Line[] {
  const compare = (of: (got: readonly Got[]) => number[], unit: string) => {
    const now = median(of(besideUnwell));
    const [bare, well] = [median(of(alone)), median(of(besideWell))];
    const note =
      `without the others ${spell(bare)}${unit}, ratio ${spell(now / bare)}; ` +
      `with them well ${spell(well)}${unit}, ratio ${spell(now / well)}`;
    return { line: { unit, values: of(besideUnwell), notes: [note] }, ratio: now / bare };
  };
  const [rate, p99] = [compare(rates, '/s'), compare(p99s, ' ms')];
  return [
    { id, what, ...rate.line, targets: [atLeast(rate.ratio, 0.95, ' × without')] },
    { id: `${id} p99`, what: 'the same at 1,000/s', ...p99.line, targets: [atMost(p99.ratio, 1.2, ' × without')] },
  ];
}
