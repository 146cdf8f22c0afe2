import { readPeakMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { addHooks, registerEvent } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { atMost } from '../load/target.js';
import { median, spell } from '../numbers.js';
import { type Preloaded, preloaded } from '../preloaded.js';
import type { Line, Row } from '../row.js';

const SUBJECT = 'bench.fan';
const WEBHOOKS = 10_000;
const PAYLOAD_BYTES = 64 << 10;

/** One message to ten thousand webhooks: the longest stall of the event loop, and the memory used. */
export const fan: Row = {
  id: 'fan',
  title: '1 message of 64 KiB → 10,000 webhooks',
  async run(bench) {
    // Workers would load the module too, and would try to listen on the port of the first worker.
    const turns = (bench.workers ?? 1) > 1 ? undefined : await preloaded('longest-turn');
    return bench.apart({ name: 'fan', nodeArguments: turns?.nodeArguments ?? [] }, (apart) => measure(apart, turns));
  },
};

/**
 * The longest time that the service's thread ran between two beats of a timer. The rest of a stall is time spent
 * waiting for a core.
 */
const ranMs = async (turns: Preloaded | undefined) => (turns ? [Number(await turns.ask())] : []);

async function measure(bench: Bench, turns: Preloaded | undefined): Promise<readonly Line[]> {
  const { longRounds } = bench.plan;
  const eventId = await registerEvent(bench.service.api, SUBJECT);
  await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin: bench.receiver.origin });
  const work = { subject: SUBJECT, messages: 1, fanOut: WEBHOOKS, bytes: PAYLOAD_BYTES };
  await deliverFlood(bench, work);
  const done: Delivered[] = [];
  const ran: number[] = [];
  for (let round = 1; round <= Math.max(3, longRounds); round++) {
    await ranMs(turns);
    const delivered = await deliverFlood(bench, work);
    done.push(delivered);
    const its = await ranMs(turns);
    ran.push(...its);
    bench.say(
      `fan ${round}: ${spell(delivered.perSecond)} deliveries/s, stalled ${spell(delivered.stallMs)} ms, ran ${its.map(spell)} ms at a time at the most`,
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
      notes: [`the peak resident memory of the service: ${spell(peak)} MB`],
    },
    {
      id: 'fan stall',
      what: 'the longest stall of its event loop',
      unit: ' ms',
      values: stalls,
      targets: [atMost(median(stalls), 50, ' ms')],
    },
    ...(ran.length > 0 ? [turnLine(ran)] : []),
  ];
}

const turnLine = (ran: readonly number[]): Line => ({
  id: 'fan turn',
  what: 'the longest time that its thread ran between two beats',
  unit: ' ms',
  values: ran,
  targets: [atMost(Math.max(...ran), 50, ' ms')],
});
