import type { Bench } from '../bench.js';
import { spell } from '../numbers.js';
import { IN_FLIGHT, postFlood } from '../post.js';
import type { Line, Row } from '../row.js';

const SUBJECT = 'bench.b0';

/** The yardstick by itself. Rows that are compared to it measure it again beside each of their own runs. */
export const b0: Row = {
  id: 'B0',
  title: 'the yardstick alone',
  async run(bench) {
    const { rounds, yardstickRequests } = bench.plan;
    await postFlood(bench, SUBJECT, yardstickRequests);
    const rates: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const rate = await postFlood(bench, SUBJECT, yardstickRequests);
      bench.say(`B0 ${round}/${rounds}: ${spell(rate)}/s`);
      rates.push(rate);
    }
    return [yardstickLine(bench, rates)];
  },
};

export function yardstickLine({ plan }: Pick<Bench, 'plan'>, rates: readonly number[]): Line {
  const what = `bare undici POST loop, ${plan.payloadBytes / 1024} KiB, ${IN_FLIGHT} in flight`;
  return { id: 'B0', what, unit: '/s', values: rates, targets: [] };
}
