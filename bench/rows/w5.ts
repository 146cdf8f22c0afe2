import { setTimeout as sleep } from 'node:timers/promises';
import { readPeakMegabytes, readResidentMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { checkArrivals, checkLogged, checkNoneDropped } from '../checks.js';
import { registerHook } from '../load/catalog.js';
import { deliverFlood, messagesOf, untilNothingIsOwed } from '../load/deliver.js';
import { atLeast, atMost } from '../load/target.js';
import { growth, readMetrics } from '../metrics.js';
import { nowMs } from '../now.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';

const SUBJECTS = { well: 'bench.w5.well', waiting: 'bench.w5.waiting' };
/**
 * The maximum number of messages on their way to the journal: the receiver reports no arrivals that could pace the
 * publisher.
 */
const WINDOW = 5000;
const LOOK_EVERY_MS = 20;
/** Deliveries that the receiver left unanswered and that timed out must not wait for minutes. */
/** The backlog must be sent as soon as the receiver is available, not after the next probe. */
const NO_CIRCUITS = { BREAKER_FAILURES: '0', BREAKER_SHARE: '0' };
const RETRY_SCHEDULE = Array.from({ length: 40 }, () => '1s').join(',');

interface Round {
  readonly before: number;
  readonly drained: number;
  /** Resident memory when a quarter, a half, … of the messages waited. */
  readonly residentMb: readonly number[];
}

/** A receiver that accepts requests and answers none while messages arrive, and then answers again. */
export const w5: Row = {
  id: 'W5',
  title: '200,000 messages waiting, then drained',
  async run(bench) {
    const rounds: Round[] = [];
    const peaks: number[] = [];
    for (let round = 1; round <= bench.plan.longRounds; round++) {
      // A receiver can be healed only once, and the peak belongs to a process: both are new in each round.
      const settings = { name: `waiting_${round}`, settings: { RETRY_SCHEDULE, ...NO_CIRCUITS } };
      const done = await bench.withReceiver((receiver) =>
        bench.apart(settings, async (apart) => {
          const one = await measure({ ...apart, receiver, pids: { ...apart.pids, receiver: receiver.pid } });
          peaks.push(await readPeakMegabytes(apart.pids.service));
          return one;
        }),
      );
      rounds.push(done);
      bench.say(
        `W5 ${round}: drained at ${spell(done.drained)}/s, W1 before ${spell(done.before)}/s; ` +
          `resident ${done.residentMb.map(spell).join(', ')} MB`,
      );
    }
    return toLines(bench, rounds, peaks);
  },
};

async function measure(bench: Bench): Promise<Round> {
  const { receiver, service, plan } = bench;
  await registerHook(service.api, { subject: SUBJECTS.well, url: `${receiver.origin}/hook` });
  const origin = await receiver.misbehave({ kind: 'silent' });
  await registerHook(service.api, { subject: SUBJECTS.waiting, url: `${origin}/hook` });
  await deliverFlood(bench, { subject: SUBJECTS.well, messages: plan.warmUpMessages });
  const { perSecond: before } = await deliverFlood(bench, { subject: SUBJECTS.well, messages: plan.messages });
  return { before, ...(await waitAndDrain(bench)) };
}

async function waitAndDrain(bench: Bench): Promise<Omit<Round, 'before'>> {
  const { receiver, service, database, plan } = bench;
  const messages = plan.waiting;
  const run = bench.nextRun();
  const since = new Date();
  const metrics = await readMetrics(service.metrics);
  await receiver.begin({ run, messages, fanOut: 1 });
  const residentMb = await publishAll(bench, run);
  const from = nowMs();
  await Promise.all([receiver.untilAll(messages), receiver.heal()]);
  await untilNothingIsOwed(database, 30_000);
  const report = await receiver.report();
  checkArrivals(report, messages);
  checkNoneDropped(metrics, await readMetrics(service.metrics));
  checkLogged(await database.logged(run, since), { messages, deliveries: messages });
  return { drained: (messages * 1000) / (report.lastAt - from), residentMb };
}

/** Publishes no faster than messages are accepted. Returns the resident memory at each quarter. */
async function publishAll(bench: Bench, run: number): Promise<readonly number[]> {
  const { service, publisher, plan } = bench;
  const count = plan.waiting;
  const before = await readMetrics(service.metrics);
  const work = messagesOf(bench, { subject: SUBJECTS.waiting, messages: count });
  const published = publisher.ask('flood', { ...work, run, window: WINDOW });
  const residentMb: number[] = [];
  for (let accepted = 0; accepted < count; await sleep(LOOK_EVERY_MS)) {
    accepted = growth('hukz_messages_accepted_total', before, await readMetrics(service.metrics));
    await publisher.ask('progress', accepted);
    if (accepted >= ((residentMb.length + 1) * count) / 4) residentMb.push(await readResidentMegabytes(service.pid));
  }
  await published;
  return residentMb;
}

function toLines({ plan }: Bench, rounds: readonly Round[], peaks: readonly number[]): readonly Line[] {
  const ratio = median(rounds.map(({ drained, before }) => drained / before));
  const grown = rounds.map(({ residentMb }) => (residentMb.at(-1) ?? Number.NaN) - (residentMb[0] ?? Number.NaN));
  return [
    {
      id: 'W5',
      what: `${spell(plan.waiting)} messages waited, drained`,
      unit: '/s',
      values: rounds.map(({ drained }) => drained),
      targets: [atLeast(ratio, 0.8, ' × W1')],
      notes: [`ratio to W1 just before: ${spell(ratio)}`],
    },
    {
      id: 'mem waiting',
      what: `RSS peak of the service with ${spell(plan.waiting)} waiting`,
      unit: ' MB',
      values: peaks,
      targets: [atMost(median(peaks), 300, ' MB')],
      notes: [`grown by ${spell(median(grown))} MB from the first quarter to the last`],
    },
  ];
}
