import type { Bench } from '../bench.js';
import { IN_FLIGHT, type Posted, postFlood } from '../load/post.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';

const SUBJECT = 'bench.b0';

/** The yardstick alone. Rows that are compared with it measure it again next to each of their own runs. */
export const b0: Row = {
  id: 'B0',
  title: 'the yardstick alone',
  async run(bench) {
    const { rounds, yardstickRequests } = bench.plan;
    await postFlood(bench, { subject: SUBJECT, count: yardstickRequests });
    const posted: Posted[] = [];
    for (let round = 1; round <= rounds; round++) {
      const one = await postFlood(bench, { subject: SUBJECT, count: yardstickRequests });
      bench.say(`B0 ${round}/${rounds}: ${spell(one.perSecond)}/s`);
      posted.push(one);
    }
    return [yardstickLine(bench, posted)];
  },
};

export function yardstickLine({ plan }: Pick<Bench, 'plan'>, posted: readonly Posted[]): Line {
  const what = `bare undici POST loop, ${plan.payloadBytes / 1024} KiB, ${IN_FLIGHT} in flight`;
  const values = posted.map(({ perSecond }) => perSecond);
  const notes = [`CPU µs per request: ${spell(median(posted.map(({ cpu }) => cpu)))}`];
  return { id: 'B0', what, unit: '/s', values, targets: [], notes };
}

export function togetherLine(posted: readonly Posted[]): Line {
  const values = posted.map(({ perSecond }) => perSecond);
  const notes = [`CPU µs per request, both ends: ${spell(median(posted.map(({ cpu }) => cpu)))}`];
  return {
    id: 'B0 one',
    what: 'the same loop and a node:http receiver in one process',
    unit: '/s',
    values,
    targets: [],
    notes,
  };
}
