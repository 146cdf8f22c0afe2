import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { checkArrivals, checkLogged } from '../checks.js';
import { addHooks, type ManyHooks, registerEvent } from '../load/catalog.js';
import { type Delivered, deliverFlood, deliverPaced, latenciesOf, untilNothingIsOwed } from '../load/deliver.js';
import type { Receiver } from '../load/receiver.js';
import { atLeast, atMost } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';
import type { Conduct } from '../workers/conduct.js';
import type { Aside, Picks } from '../workers/publisher.js';

// The two services of one queue group would share the messages of one subject.
const SUBJECTS = { alone: 'bench.unwell.alone', beside: 'bench.unwell' };
/**
 * Retries are frequent and continue for long, so that unhealthy webhooks are retried during the whole row and drain
 * after they are healed.
 */
const RETRY_SCHEDULE = Array.from({ length: 40 }, () => '3s').join(',');
/**
 * Number of parts of a run at a constant rate. The parts of both services alternate, and the median of their p99s
 * counts: PostgreSQL begins a new WAL file every few seconds, and a commit that has to fill it with zeros first waits
 * for 40 to 140 ms. In one run of 6 s, whether that happens to one service or to the other decided the p99.
 */
const SLICES = 4;
const DRAINED_WITHIN_MS = 60_000;

export interface Unwell {
  readonly id: string;
  readonly title: string;
  /** The description in the table. */
  readonly what: string;
  /** The number of healthy and unhealthy webhooks, each with an equal part of the traffic. */
  readonly webhooks: number;
  /** The number of webhooks with each conduct, counted from number 0. */
  readonly conducts: readonly IllWebhooks[];
  /**
   * One of this number of messages goes to unhealthy webhooks. Default: each unhealthy webhook gets as much as each
   * other.
   */
  readonly every?: number;
  /** Settings of the service, without the prefix `HUKZ_`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface IllWebhooks extends Pick<ManyHooks, 'owner' | 'fields'> {
  readonly conduct: Conduct;
  readonly count: number;
}

/**
 * Measures the effect of unhealthy webhooks on healthy ones, at full speed and at a constant rate. Each run is paired
 * with a run of the same minute without the unhealthy webhooks, by a separate service that does not know them.
 */
export function unwellRow(unwell: Unwell): Row {
  const name = unwell.id.toLowerCase();
  const settings = { RETRY_SCHEDULE, ...unwell.settings };
  return {
    id: unwell.id,
    title: unwell.title,
    run: (bench) =>
      bench.withReceiver((others) =>
        bench.apart({ name: `${name}_alone`, settings }, (alone) =>
          bench.apart({ name, settings }, async (beside) =>
            toLines(unwell, await measure(unwell, { alone, beside, others })),
          ),
        ),
      ),
  };
}

interface Services {
  readonly alone: Bench;
  readonly beside: Bench;
  readonly others: Receiver;
}

/** The deliveries to the healthy webhooks. */
interface Got {
  readonly flood: Delivered;
  readonly paced: readonly Delivered[];
}

interface Round {
  readonly alone: Got;
  readonly beside: Got;
}

interface Measured {
  /** Rounds with the same traffic to the other webhooks before these became unhealthy. */
  readonly well: readonly Round[];
  readonly ill: readonly Round[];
}

async function measure(unwell: Unwell, { alone, beside, others }: Services): Promise<Measured> {
  const { longRounds, messages, warmUpMessages, paced } = beside.plan;
  const healthy = await register(unwell, { alone, beside, others });
  const every = unwell.every ?? Math.floor(healthy.count / healthy.from);
  const flood = (bench: Bench, subject: string, count: number, aside?: Aside) =>
    deliverFlood(bench, { subject, messages: count, picks: healthy, aside });
  const slice = Math.floor(paced.messages / SLICES);
  const pace = (bench: Bench, subject: string, aside?: Aside) =>
    deliverPaced(bench, { subject, messages: slice, picks: healthy, aside }, paced.perSecond);
  await flood(alone, SUBJECTS.alone, warmUpMessages);
  await flood(beside, SUBJECTS.beside, warmUpMessages);

  const each = { flood: Math.floor(messages / every), slice: Math.floor(slice / every) };
  const eachRound = each.flood + SLICES * each.slice;
  const rounds = async (how: string): Promise<readonly Round[]> => {
    const aside = { run: beside.nextRun(), every, picks: { from: 0, count: healthy.from } };
    const expected = eachRound * longRounds;
    await others.begin({ run: aside.run, messages: expected, fanOut: 1 });
    const since = new Date();
    const done: Round[] = [];
    for (let round = 0; round < longRounds; round++) {
      const first = round * eachRound;
      const floods = {
        alone: await flood(alone, SUBJECTS.alone, messages),
        beside: await flood(beside, SUBJECTS.beside, messages, { ...aside, first }),
      };
      const slices: { readonly alone: Delivered; readonly beside: Delivered }[] = [];
      for (let from = first + each.flood; slices.length < SLICES; from += each.slice)
        slices.push({
          alone: await pace(alone, SUBJECTS.alone),
          beside: await pace(beside, SUBJECTS.beside, { ...aside, first: from }),
        });
      const got = (of: 'alone' | 'beside') => ({ flood: floods[of], paced: slices.map((one) => one[of]) });
      done.push({ alone: got('alone'), beside: got('beside') });
      beside.say(
        `${unwell.id} ${round + 1}/${longRounds}, ${how}: ${spellGot(got('beside'))}; without ${spellGot(got('alone'))}`,
      );
    }
    await drain({ bench: beside, others, run: aside.run, since, expected });
    return done;
  };
  await others.heal();
  const well = await rounds('the others well');
  // The conditions get worse from round to round, because nothing is healed in between.
  await others.sicken();
  return { well, ill: await rounds('the others ill') };
}

/** Returns the numbers of the healthy webhooks. */
async function register({ webhooks, conducts }: Unwell, { alone, beside, others }: Services): Promise<Picks> {
  const eventId = await registerEvent(beside.service.api, SUBJECTS.beside);
  let first = 0;
  for (const { conduct, count, owner, fields } of conducts) {
    const origin = `${await others.misbehave(conduct)}/bad`;
    await addHooks(beside, { eventId, first, count, origin, owner, fields });
    first += count;
  }
  const well = { first, count: webhooks - first, origin: `${beside.receiver.origin}/well` };
  await addHooks(beside, { eventId, ...well });
  await addHooks(alone, { eventId: await registerEvent(alone.service.api, SUBJECTS.alone), ...well });
  return { from: first, count: well.count };
}

interface Draining {
  readonly bench: Bench;
  readonly others: Receiver;
  readonly run: number;
  readonly since: Date;
  readonly expected: number;
}

/**
 * Deliveries to unhealthy webhooks must not be lost either: their receivers are healed, and all owed deliveries must
 * arrive.
 */
async function drain({ bench, others, run, since, expected }: Draining): Promise<void> {
  await others.heal();
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  while ((await others.report()).distinct < expected && Date.now() < deadline) await sleep(100);
  await untilNothingIsOwed(bench.database);
  checkArrivals(await others.report(), expected);
  checkLogged(await bench.database.logged(run, since), { messages: expected, deliveries: expected });
}

const spellGot = ({ flood, paced }: Got) =>
  `${spell(flood.perSecond)}/s; p99 ${paced.map((one) => spell(p99Of(one))).join(', ')} ms`;

const p99Of = (paced: Delivered) => latenciesOf(paced).p99;

type Compared = readonly { readonly alone: number; readonly beside: number }[];

const ratesOf = (rounds: readonly Round[]): Compared =>
  rounds.map(({ alone, beside }) => ({ alone: alone.flood.perSecond, beside: beside.flood.perSecond }));

const p99sOf = (rounds: readonly Round[]): Compared =>
  rounds.flatMap(({ alone, beside }) => pairs(alone.paced.map(p99Of), beside.paced.map(p99Of)));

const stallsOf = (rounds: readonly Round[]): Compared =>
  rounds.map(({ alone, beside }) => ({ alone: maxStallOf(alone), beside: maxStallOf(beside) }));

const maxStallOf = ({ paced }: Got) => Math.max(...paced.map(({ stallMs }) => stallMs));

const pairs = (alone: readonly number[], beside: readonly number[]): Compared =>
  alone.map((value, index) => ({ alone: value, beside: beside[index] ?? Number.NaN }));

function toLines({ id, what }: Unwell, { well, ill }: Measured): readonly Line[] {
  const compare = (of: (rounds: readonly Round[]) => Compared, unit: string) => {
    const ratioOf = (rounds: readonly Round[]) => median(of(rounds).map(({ alone, beside }) => beside / alone));
    const ratio = ratioOf(ill);
    const without = median(of(ill).map(({ alone }) => alone));
    const note =
      `without the others ${spell(without)}${unit} in the same minutes, ${spell(ratio)} of it beside them; beside the ` +
      `others while they were well ${spell(median(of(well).map(({ beside }) => beside)))}${unit}, ` +
      `${spell(ratioOf(well))} of without: so ill ÷ well ${spell(ratio / ratioOf(well))}`;
    return { line: { unit, values: of(ill).map(({ beside }) => beside), notes: [note] }, ratio };
  };
  const [rate, p99, stall] = [compare(ratesOf, '/s'), compare(p99sOf, ' ms'), compare(stallsOf, ' ms')];
  const usage = [
    spellUsage(ill.map(({ beside }) => beside.flood.usage)),
    `without the others: ${spellUsage(ill.map(({ alone }) => alone.flood.usage))}`,
  ];
  return [
    {
      id,
      what,
      ...rate.line,
      notes: [...rate.line.notes, ...usage],
      targets: [atLeast(rate.ratio, 0.95, ' × without')],
    },
    { id: `${id} p99`, what: 'the same at 1,000/s', ...p99.line, targets: [atMost(p99.ratio, 1.2, ' × without')] },
    { id: `${id} stall`, what: 'the longest stall of the event loop meanwhile', ...stall.line, targets: [] },
  ];
}
