import { readPeakMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { addHooks, registerEvent } from '../catalog.js';
import { type Delivered, deliverFlood } from '../deliver.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { atMost } from '../target.js';

const SUBJECT = 'bench.fan';
const WEBHOOKS = 10_000;
const PAYLOAD_BYTES = 64 << 10;

/** One message to ten thousand webhooks: how long the event loop stood still, and what it took in memory. */
export const fan: Row = {
  id: 'fan',
  title: '1 message of 64 KiB → 10,000 webhooks',
  run: (bench) => bench.apart({ name: 'fan' }, measure),
};

async function measure(bench: Bench): Promise<readonly Line[]> {
  const { longRounds } = bench.plan;
  const eventId = await registerEvent(bench.service.api, SUBJECT);
  await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin: bench.receiver.origin });
  const work = { subject: SUBJECT, messages: 1, fanOut: WEBHOOKS, bytes: PAYLOAD_BYTES };
  await deliverFlood(bench, work);
  const done: Delivered[] = [];
  for (let round = 1; round <= Math.max(3, longRounds); round++) {
    const delivered = await deliverFlood(bench, work);
    done.push(delivered);
    bench.say(`fan ${round}: ${spell(delivered.perSecond)} deliveries/s, stalled ${spell(delivered.stallMs)} ms`);
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
  ];
}
