import { type Posted, postFlood } from '../load/post.js';
import { median, spell } from '../numbers.js';
import type { Row } from '../row.js';

const SUBJECT = 'bench.b1';

/** The cost of signing in the bare loop. */
export const b1: Row = {
  id: 'B1',
  title: 'B0 plus HMAC-SHA256 of the body',
  async run(bench) {
    const { rounds, yardstickRequests: count } = bench.plan;
    const done: { readonly bare: Posted; readonly signed: Posted }[] = [];
    await postFlood(bench, { subject: SUBJECT, count, signed: true });
    for (let round = 1; round <= rounds; round++) {
      const bare = await postFlood(bench, { subject: SUBJECT, count });
      const signed = await postFlood(bench, { subject: SUBJECT, count, signed: true });
      done.push({ bare, signed });
      bench.say(`B1 ${round}/${rounds}: ${spell(signed.perSecond)}/s, B0 ${spell(bare.perSecond)}/s`);
    }
    const cpu = (kind: 'bare' | 'signed') => spell(median(done.map((round) => round[kind].cpu)));
    return [
      {
        id: 'B1',
        what: 'B0 plus HMAC-SHA256 of the body',
        unit: '/s',
        values: done.map(({ signed }) => signed.perSecond),
        ratios: done.map(({ signed, bare }) => signed.perSecond / bare.perSecond),
        targets: [],
        notes: [`CPU µs per request: ${cpu('signed')}, unsigned ${cpu('bare')}`],
      },
    ];
  },
};
