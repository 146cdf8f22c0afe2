import { addHooks, registerEvent } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { type Posted, postFlood } from '../load/post.js';
import { atLeast } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Row } from '../row.js';
import { spellUsage } from '../usage.js';

const SUBJECT = 'bench.w2';
const WEBHOOKS = 100;

/** One message to a hundred webhooks. Each run is paired with a run of the yardstick. */
export const w2: Row = {
  id: 'W2',
  title: '1 message → 100 webhooks',
  async run(bench) {
    const { rounds, fanOutMessages: messages, yardstickRequests } = bench.plan;
    const eventId = await registerEvent(bench.service.api, SUBJECT);
    await addHooks(bench, { eventId, first: 0, count: WEBHOOKS, origin: bench.receiver.origin });
    await deliverFlood(bench, { subject: SUBJECT, messages, fanOut: WEBHOOKS });
    const done: { readonly yardstick: Posted; readonly delivered: Delivered }[] = [];
    for (let round = 1; round <= rounds; round++) {
      const yardstick = await postFlood(bench, { subject: SUBJECT, count: yardstickRequests });
      const delivered = await deliverFlood(bench, { subject: SUBJECT, messages, fanOut: WEBHOOKS });
      done.push({ yardstick, delivered });
      bench.say(
        `W2 ${round}/${rounds}: ${spell(delivered.perSecond)} deliveries/s, B0 ${spell(yardstick.perSecond)}/s`,
      );
    }
    const ratios = done.map(({ delivered, yardstick }) => delivered.perSecond / yardstick.perSecond);
    return [
      {
        id: 'W2',
        what: '1 message → 100 webhooks, 1 KiB, deliveries',
        unit: '/s',
        values: done.map(({ delivered }) => delivered.perSecond),
        ratios,
        targets: [atLeast(median(ratios), 0.7, ' × B0')],
        notes: [spellUsage(done.map(({ delivered }) => delivered.usage))],
      },
    ];
  },
};
