import type { Latencies } from '../latencies.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverPaced, latenciesOf } from '../load/deliver.js';
import { postPaced } from '../load/post.js';
import { atMost } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';

const SUBJECT = 'bench.w1l';

interface Round {
  readonly yardstick: Latencies;
  readonly delivered: Delivered;
  readonly latencies: Latencies;
}

/** A constant rate far from saturation: measures latency from the intended time of publishing. */
export const w1l: Row = {
  id: 'W1l',
  title: '1,000 messages/s at a constant rate',
  async run(bench) {
    const { rounds, ...rate } = bench.plan.paced;
    await registerHook(bench.service.api, { subject: SUBJECT, url: `${bench.receiver.origin}/hook` });
    bench.say('W1l: warming up');
    const warmUp = { ...rate, messages: Math.round(rate.messages / 3) };
    await postPaced(bench, SUBJECT, warmUp);
    await deliverPaced(bench, { subject: SUBJECT, messages: warmUp.messages }, warmUp.perSecond);

    const done: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const yardstick = await postPaced(bench, SUBJECT, rate);
      const delivered = await deliverPaced(bench, { subject: SUBJECT, messages: rate.messages }, rate.perSecond);
      const latencies = latenciesOf(delivered);
      done.push({ yardstick, delivered, latencies });
      bench.say(`W1l ${round}/${rounds}: ${spellBoth(latencies)}, B0 paced ${spellBoth(yardstick)}`);
    }
    return lines(done);
  },
};

const spellBoth = ({ p50, p99 }: Latencies) => `p50 ${spell(p50)} ms, p99 ${spell(p99)} ms`;

function lines(rounds: readonly Round[]): Line[] {
  const latency = (id: 'p50' | 'p99' | 'p999') => rounds.map(({ latencies }) => latencies[id]);
  const yardstick = (id: 'p50' | 'p99' | 'p999') => rounds.map((round) => round.yardstick[id]);
  const ratios = (id: 'p50' | 'p99' | 'p999') => rounds.map((round) => round.latencies[id] / round.yardstick[id]);
  const cpu = rounds.map(({ delivered }) => delivered.usage.service);
  const base = { unit: ' ms', targets: [] };
  return [
    { ...base, id: 'B0l p50', what: 'B0 paced at 1,000/s', values: yardstick('p50') },
    { ...base, id: 'B0l p99', what: '', values: yardstick('p99') },
    {
      ...base,
      id: 'W1l p50',
      what: '1,000/s, from the intended publishing to arrival',
      values: latency('p50'),
      ratios: ratios('p50'),
      targets: [atMost(median(latency('p50')), 5, ' ms')],
    },
    { ...base, id: 'W1l p99', what: '', values: latency('p99'), ratios: ratios('p99'), targets: [p99Target()] },
    { ...base, id: 'W1l p999', what: 'p99.9', values: latency('p999'), ratios: ratios('p999') },
    {
      id: 'W1l cpu',
      what: 'CPU of the service per delivery',
      unit: ' µs',
      values: cpu,
      targets: [atMost(median(cpu), 300, ' µs')],
      notes: [spellUsage(rounds.map(({ delivered }) => delivered.usage))],
    },
  ];

  /** Either condition is enough, because on a busy machine the yardstick waits too. */
  function p99Target() {
    const p99 = median(latency('p99'));
    const met = p99 <= 40 || median(ratios('p99')) <= 3;
    return { ...atMost(p99, 40, ' ms or ≤ 3 × B0'), met };
  }
}
