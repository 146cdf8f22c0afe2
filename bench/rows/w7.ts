import type { Latencies } from '../latencies.js';
import { registerHook } from '../load/catalog.js';
import { deliverPaced, latenciesOf } from '../load/deliver.js';
import { atMost } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Row } from '../row.js';

const SUBJECT = 'bench.w7';

/** Ten messages per second: measures the cost of a message that shares its commit with no other. */
export const w7: Row = {
  id: 'W7',
  title: 'idle, 10 messages/s',
  async run(bench) {
    const { idle, longRounds } = bench.plan;
    await registerHook(bench.service.api, { subject: SUBJECT, url: `${bench.receiver.origin}/hook` });
    const done: Latencies[] = [];
    for (let round = 1; round <= longRounds; round++) {
      const work = { subject: SUBJECT, messages: idle.messages };
      const latencies = latenciesOf(await deliverPaced(bench, work, idle.perSecond));
      done.push(latencies);
      bench.say(`W7 ${round}/${longRounds}: p50 ${spell(latencies.p50)} ms, p99 ${spell(latencies.p99)} ms`);
    }
    const p50s = done.map(({ p50 }) => p50);
    return [
      {
        id: 'W7 p50',
        what: '10/s, from the intended publishing to arrival',
        unit: ' ms',
        values: p50s,
        targets: [atMost(median(p50s), 5, ' ms')],
        notes: [`p99 ${spell(median(done.map(({ p99 }) => p99)))} ms`],
      },
    ];
  },
};
