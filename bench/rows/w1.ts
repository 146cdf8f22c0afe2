import { readPeakMegabytes } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { batchNote, openGate } from '../gate.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { type Posted, postFlood, postToItself } from '../load/post.js';
import { atLeast, atMost } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';
import { togetherLine, yardstickLine } from './b0.js';

const SUBJECT = 'bench.w1';

interface Round {
  readonly yardstick: Posted;
  readonly together: Posted;
  readonly delivered: Delivered;
}

/**
 * One message to one webhook at full speed. Each run is paired with a run of the yardstick, and the gate is computed
 * over all runs.
 */
export const w1: Row = {
  id: 'W1',
  title: '1 message → 1 webhook, at full speed',
  async run(bench) {
    const { messages, rounds, warmUpMessages, yardstickRequests } = bench.plan;
    await registerHook(bench.service.api, { subject: SUBJECT, url: `${bench.receiver.origin}/hook` });
    bench.say('W1: warming up');
    await postFlood(bench, { subject: SUBJECT, count: yardstickRequests });
    await postToItself(bench, { subject: SUBJECT, count: yardstickRequests });
    await deliverFlood(bench, { subject: SUBJECT, messages: warmUpMessages });

    const gate = await openGate(bench);
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const yardstick = await postFlood(bench, { subject: SUBJECT, count: yardstickRequests });
      const together = await postToItself(bench, { subject: SUBJECT, count: yardstickRequests });
      const delivered = await gate.during(() => deliverFlood(bench, { subject: SUBJECT, messages }));
      done.push({ yardstick, together, delivered });
      const ratio = spell(delivered.perSecond / yardstick.perSecond);
      bench.say(
        `W1 ${round}/${rounds}: ${spell(delivered.perSecond)}/s, B0 ${spell(yardstick.perSecond)}/s, ratio ${ratio}`,
      );
    }
    const deliveries = rounds * messages;
    return [
      yardstickLine(
        bench,
        done.map(({ yardstick }) => yardstick),
      ),
      togetherLine(done.map(({ together }) => together)),
      rateLine(done, batchNote(gate.metrics())),
      await memoryLine(bench),
      ...(await gate.lines(deliveries)),
    ];
  },
};

function rateLine(rounds: readonly Round[], batches: string): Line {
  const values = rounds.map(({ delivered }) => delivered.perSecond);
  const ratios = rounds.map(({ delivered, yardstick }) => delivered.perSecond / yardstick.perSecond);
  const ofOne = median(rounds.map(({ delivered, together }) => delivered.perSecond / together.perSecond));
  const rate = median(values);
  const ratio = median(ratios);
  return {
    id: 'W1',
    what: '1 message → 1 webhook, 1 KiB',
    unit: '/s',
    values,
    ratios,
    targets: [atLeast(rate, 6000, '/s'), atLeast(ratio, 0.6, ' × B0')],
    notes: [
      spellUsage(rounds.map(({ delivered }) => delivered.usage)),
      cpuNote(rounds),
      `ratio to the yardstick in one process: ${spell(ofOne)}`,
      batches,
    ],
  };
}

/** The rates depend on how five programs share the cores; CPU is the use of each of the two programs alone. */
function cpuNote(rounds: readonly Round[]): string {
  const ours = median(rounds.map(({ delivered }) => delivered.usage.service));
  const bare = median(rounds.map(({ yardstick }) => yardstick.cpu));
  return `CPU of a B0 request ${spell(bare)} µs, of a delivery in the service ${spell(ours)} µs: ratio ${spell(bare / ours)}`;
}

async function memoryLine({ service }: Bench): Promise<Line> {
  const peak = await readPeakMegabytes(service.pid);
  return {
    id: 'mem',
    what: 'RSS peak of the service at W1',
    unit: ' MB',
    values: [peak],
    targets: [atMost(peak, 250, ' MB')],
  };
}
