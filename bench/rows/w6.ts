import { readPeakMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { type Posted, postFlood } from '../load/post.js';
import { atLeast } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';

const SUBJECT = 'bench.w6';

interface Size {
  readonly id: string;
  readonly what: string;
  readonly bytes: number;
  readonly messages: number;
  /** The number of messages under way. Their size is far below the limit of the service's intake. */
  readonly window: number;
  readonly atLeastPerSecond: number | undefined;
}

/** Large payloads. Each run is paired with a run of the yardstick with bodies of that size. */
export const w6: Row = {
  id: 'W6',
  title: 'payloads of 64 KiB and of 1 MiB',
  run: (bench) =>
    bench.apart({ name: 'large' }, async (apart) => {
      const { largeMessages, hugeMessages } = bench.plan;
      await registerHook(apart.service.api, { subject: SUBJECT, url: `${apart.receiver.origin}/hook` });
      const large = { id: 'W6', what: '64 KiB', bytes: 64 << 10, messages: largeMessages, window: 300 };
      const huge = { id: 'W6 1 MiB', what: '1 MiB', bytes: 1 << 20, messages: hugeMessages, window: 20 };
      return [
        await measure(apart, { ...large, atLeastPerSecond: 2000 }),
        await measure(apart, { ...huge, atLeastPerSecond: undefined }),
      ];
    }),
};

async function measure(bench: Bench, size: Size): Promise<Line> {
  const { id, bytes, messages, window, atLeastPerSecond } = size;
  const work = { subject: SUBJECT, messages, bytes, window };
  const done: { readonly yardstick: Posted; readonly delivered: Delivered }[] = [];
  await deliverFlood(bench, { ...work, messages: Math.ceil(messages / 4) });
  for (let round = 1; round <= Math.max(3, bench.plan.longRounds); round++) {
    const yardstick = await postFlood(bench, { subject: SUBJECT, count: messages, bytes });
    const delivered = await deliverFlood(bench, work);
    done.push({ yardstick, delivered });
    bench.say(`${id} ${round}: ${spell(delivered.perSecond)}/s, B0 ${spell(yardstick.perSecond)}/s`);
  }
  const values = done.map(({ delivered }) => delivered.perSecond);
  const peak = await readPeakMegabytes(bench.service.pid);
  const stall = Math.max(...done.map(({ delivered }) => delivered.stallMs));
  return {
    id,
    what: `1 message → 1 webhook, ${size.what}`,
    unit: '/s',
    values,
    ratios: done.map(({ delivered, yardstick }) => delivered.perSecond / yardstick.perSecond),
    targets: atLeastPerSecond === undefined ? [] : [atLeast(median(values), atLeastPerSecond, '/s')],
    notes: [
      spellUsage(done.map(({ delivered }) => delivered.usage)),
      `RSS peak so far ${spell(peak)} MB; longest stall of the event loop ${spell(stall)} ms`,
    ],
  };
}
