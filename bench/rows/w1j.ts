import type { Bench } from '../bench.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { atLeast } from '../load/target.js';
import { median, spell } from '../numbers.js';
import type { Row } from '../row.js';
import { spellUsage } from '../usage.js';

const SUBJECTS = { core: 'bench.w1j.core', jetstream: 'bench.w1j.stream' };

interface Round {
  readonly core: Delivered;
  readonly jetstream: Delivered;
}

/** W1 through JetStream. Each run is paired with a run through core NATS by a separate service on the same servers. */
export const w1j: Row = {
  id: 'W1j',
  title: 'W1 through JetStream',
  async run(bench) {
    const settings = { INTAKE: 'jetstream' };
    const done = await bench.apart({ name: 'jetstream', settings }, (streamed) => byTurns(bench, streamed));
    const ratio = median(done.map(({ core, jetstream }) => jetstream.perSecond / core.perSecond));
    return [
      {
        id: 'W1j',
        what: '1 message → 1 webhook, 1 KiB, from a stream',
        unit: '/s',
        values: done.map(({ jetstream }) => jetstream.perSecond),
        targets: [atLeast(ratio, 0.8, ' × W1')],
        notes: [
          `ratio to W1 of the same minute: ${spell(ratio)}`,
          spellUsage(done.map(({ jetstream }) => jetstream.usage)),
          `core, beside it: ${spellUsage(done.map(({ core }) => core.usage))}`,
        ],
      },
    ];
  },
};

async function byTurns(bench: Bench, streamed: Bench): Promise<readonly Round[]> {
  const { messages, rounds, warmUpMessages } = bench.plan;
  const url = `${bench.receiver.origin}/hook`;
  await registerHook(bench.service.api, { subject: SUBJECTS.core, url });
  await registerHook(streamed.service.api, { subject: SUBJECTS.jetstream, url });
  bench.say('W1j: warming up');
  await deliverFlood(bench, { subject: SUBJECTS.core, messages: warmUpMessages });
  await deliverFlood(streamed, { subject: SUBJECTS.jetstream, messages: warmUpMessages });

  const done: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const core = await deliverFlood(bench, { subject: SUBJECTS.core, messages });
    const jetstream = await deliverFlood(streamed, { subject: SUBJECTS.jetstream, messages });
    done.push({ core, jetstream });
    const ratio = spell(jetstream.perSecond / core.perSecond);
    bench.say(`W1j ${round}/${rounds}: ${spell(jetstream.perSecond)}/s, W1 ${spell(core.perSecond)}/s, ratio ${ratio}`);
  }
  return done;
}
