import type { Bench } from '../../bench.js';
import { BenchFailure } from '../../failure.js';
import { addHook, addSpace, registerEvent } from '../../load/catalog.js';
import { type Delivered, deliverFlood, deliverPaced, latenciesOf } from '../../load/deliver.js';
import type { Receiver } from '../../load/receiver.js';
import { atMost } from '../../load/target.js';
import type { Worker } from '../../load/worker.js';
import { median, spell } from '../../numbers.js';
import type { Row } from '../../row.js';
import { spellUsage } from '../../usage.js';
import type { PublisherCommands } from '../../workers/publisher.js';

const SUBJECTS = { calm: 'bench.calm', loud: 'bench.loud' };
const LOUD_SPACE = 7;
/** `limits.messages_per_second` of the loud tenant, and the rate at which it publishes. */
const LIMIT = 500;
const FLOOD = 10 * LIMIT;
/** Parts with and without the flood in turn, as in W4: a new WAL file delays the commits of single parts. */
const SLICES = 4;
/** The flood begins before a part and ends after it. */
const AROUND_MS = 500;

interface Pair {
  readonly alone: Delivered;
  readonly beside: Delivered;
  /** Messages of the flood that were delivered, per second of the flood. */
  readonly passedPerSecond: number;
}

/** One tenant publishes ten times as much as its limit allows; measures the latency of another one. */
export const tenantFlood: Row = {
  id: 'tenant-flood',
  title: 'p99 of one tenant at 1,000/s while another publishes ten times its limit',
  run: (bench) =>
    bench
      .withReceiver((others) =>
        bench.withWorker<PublisherCommands, readonly Pair[]>('publisher', (flooder) =>
          bench.apart({ name: 'tenant_flood' }, (apart) => measure(apart, others, flooder)),
        ),
      )
      .then(toLines),
};

async function measure(bench: Bench, others: Receiver, flooder: Worker<PublisherCommands>): Promise<readonly Pair[]> {
  const { service, plan, receiver } = bench;
  const [calm, loud] = [
    await registerEvent(service.api, SUBJECTS.calm),
    await registerEvent(service.api, SUBJECTS.loud),
  ];
  await addSpace(service.api, { id: LOUD_SPACE, limits: { messages_per_second: LIMIT } });
  await addHook(service.api, { eventId: calm, url: `${receiver.origin}/calm`, tags: {} });
  const owner = { userId: 2, spaceId: LOUD_SPACE };
  await addHook(service.api, { eventId: loud, url: `${others.origin}/loud`, tags: {}, owner });
  await flooder.ask('connect', bench.natsUrl);
  await deliverFlood(bench, { subject: SUBJECTS.calm, messages: plan.warmUpMessages });

  const messages = Math.floor(plan.paced.messages / SLICES);
  const part = () => deliverPaced(bench, { subject: SUBJECTS.calm, messages }, plan.paced.perSecond);
  const floodMs = 2 * AROUND_MS + (1000 * messages) / plan.paced.perSecond;
  const underFlood = async () => {
    const run = bench.nextRun();
    const count = Math.ceil((FLOOD * floodMs) / 1000);
    await others.begin({ run, messages: count, fanOut: 1 });
    const flood = { subject: SUBJECTS.loud, run, count, bytes: plan.payloadBytes, space: LOUD_SPACE, perSecond: FLOOD };
    const flooding = flooder.ask('pace', flood);
    await new Promise((resolve) => setTimeout(resolve, AROUND_MS));
    const [beside] = await Promise.all([part(), flooding]);
    return { beside, passedPerSecond: ((await others.report()).distinct * 1000) / floodMs };
  };

  const pairs: Pair[] = [];
  for (let slice = 0; slice < plan.longRounds * SLICES; slice++) {
    const pair = { alone: await part(), ...(await underFlood()) };
    // A burst may have the messages of one second.
    if (pair.passedPerSecond > LIMIT * (1 + 1000 / floodMs) * 1.1)
      throw new BenchFailure(`${spell(pair.passedPerSecond)} messages per second passed a limit of ${LIMIT}`);
    pairs.push(pair);
    const p99s = [pair.beside, pair.alone].map((one) => spell(latenciesOf(one).p99));
    bench.say(`tenant-flood ${slice + 1}: p99 ${p99s[0]} ms beside the flood, ${p99s[1]} ms without`);
  }
  return pairs;
}

function toLines(pairs: readonly Pair[]) {
  const p99sOf = (of: 'alone' | 'beside') => pairs.map((pair) => latenciesOf(pair[of]).p99);
  const ratio = median(pairs.map(({ alone, beside }) => latenciesOf(beside).p99 / latenciesOf(alone).p99));
  const passed = median(pairs.map(({ passedPerSecond }) => passedPerSecond));
  return [
    {
      id: 'tenant-flood',
      what: `p99 at 1,000/s beside a tenant that publishes ${FLOOD}/s with a limit of ${LIMIT}/s`,
      unit: ' ms',
      values: p99sOf('beside'),
      notes: [
        `without the flood ${spell(median(p99sOf('alone')))} ms in the same minutes; ${spell(passed)}/s of the flood passed`,
        spellUsage(pairs.map(({ beside }) => beside.usage)),
      ],
      targets: [atMost(ratio, 1.2, ' × without')],
    },
  ];
}
