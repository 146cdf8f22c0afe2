import { readPeakMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { addHooks, registerEvent } from '../catalog.js';
import { type Delivered, deliverFlood } from '../deliver.js';
import { median, spell } from '../numbers.js';
import { type Preloaded, preloaded } from '../preloaded.js';
import type { Line, Row } from '../row.js';
import { atMost } from '../target.js';

const SUBJECT = 'bench.fan';
const WEBHOOKS = 10_000;
const PAYLOAD_BYTES = 64 << 10;

/** One message to ten thousand webhooks: how long the event loop stood still, and what it took in memory. */
export const fan: Row = {
  id: 'fan',
  title: '1 message of 64 KiB → 10,000 webhooks',
  async run(bench) {
    const turns = await preloaded('longest-turn');
    return bench.apart({ name: 'fan', nodeArguments: turns.nodeArguments }, (apart) => measure(apart, turns));
  },
};

/** The service's event loop stood still for `stallMs`; for `ranMs` of it at the most it ran, else it waited for a core. */
interface Fanned extends Delivered {
  readonly ranMs: number;
}

async function measure(bench: Bench, turns: Preloaded): Promise<readonly Line[]> {
  const { longRounds } = bench.plan;
  const eventId = await registerEvent(bench.service.api, SUBJECT);
  await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin: bench.receiver.origin });
  const work = { subject: SUBJECT, messages: 1, fanOut: WEBHOOKS, bytes: PAYLOAD_BYTES };
  await deliverFlood(bench, work);
  const done: Fanned[] = [];
  for (let round = 1; round <= Math.max(3, longRounds); round++) {
    await turns.ask();
    const delivered = await deliverFlood(bench, work);
    const ranMs = Number(await turns.ask());
    done.push({ ...delivered, ranMs });
    bench.say(
      `fan ${round}: ${spell(delivered.perSecond)} deliveries/s, stalled ${spell(delivered.stallMs)} ms, of which it ran ${spell(ranMs)} ms at the most`,
    );
  }
  const stalls = done.map(({ stallMs }) => stallMs);
  const peak = await readPeakMegabytes(bench.service.pid);
  return [
    {
      id: 'fan',
      what: '1 message of 64 KiB → 10,000 webhooks, deliveries',
      unit: '/s',
      values: done.map(({ perSecond }) => perSecond),
      targets: [],
      notes: [`the most resident memory of the service: ${spell(peak)} MB`],
    },
    {
      id: 'fan stall',
      what: 'the longest stall of its event loop',
      unit: ' ms',
      values: stalls,
      targets: [atMost(median(stalls), 50, ' ms')],
    },
    {
      id: 'fan turn',
      what: 'the longest turn of it, as its thread ran',
      unit: ' ms',
      values: done.map(({ ranMs }) => ranMs),
      targets: [atMost(Math.max(...done.map(({ ranMs }) => ranMs)), 50, ' ms')],
    },
  ];
}
