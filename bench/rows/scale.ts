import type { Bench } from '../bench.js';
import { registerHook } from '../load/catalog.js';
import { type Delivered, deliverFlood } from '../load/deliver.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import { spellUsage } from '../usage.js';

const SUBJECT = 'bench.scale';
const WORKERS = 2;

/** W1 by one worker and by several in turn. The result is meaningful only if cores are free for them. */
export const scale: Row = {
  id: 'scale',
  title: 'W1 with WORKERS=1 and with WORKERS=2 (or --workers)',
  run: (bench) => {
    const workers = Math.max(WORKERS, bench.workers ?? 0);
    return bench.apart({ name: 'one', settings: { WORKERS: '1' } }, (one) =>
      bench.apart({ name: 'several', settings: { WORKERS: String(workers) } }, (several) =>
        byTurns(one, several, workers),
      ),
    );
  },
};

async function byTurns(one: Bench, several: Bench, workers: number): Promise<readonly Line[]> {
  const { messages, rounds, warmUpMessages } = one.plan;
  const subjects = { one: `${SUBJECT}.one`, several: `${SUBJECT}.several` };
  const url = `${one.receiver.origin}/hook`;
  await registerHook(one.service.api, { subject: subjects.one, url });
  await registerHook(several.service.api, { subject: subjects.several, url });
  await deliverFlood(one, { subject: subjects.one, messages: warmUpMessages });
  await deliverFlood(several, { subject: subjects.several, messages: warmUpMessages });
  const done: { readonly one: Delivered; readonly several: Delivered }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const both = {
      one: await deliverFlood(one, { subject: subjects.one, messages }),
      several: await deliverFlood(several, { subject: subjects.several, messages }),
    };
    done.push(both);
    one.say(`scale ${round}/${rounds}: ${spell(both.several.perSecond)}/s, one ${spell(both.one.perSecond)}/s`);
  }
  const ratio = median(done.map((both) => both.several.perSecond / both.one.perSecond));
  return [
    {
      id: 'scale',
      what: `W1 with ${workers} workers`,
      unit: '/s',
      values: done.map((both) => both.several.perSecond),
      targets: [],
      notes: [
        `ratio to one worker of the same minute: ${spell(ratio)}`,
        spellUsage(done.map((both) => both.several.usage)),
      ],
    },
  ];
}
