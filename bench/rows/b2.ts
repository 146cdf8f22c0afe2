import { readCpuSeconds } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import type { Worker } from '../load/worker.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import type { JournalCommands } from '../workers/journal.js';

/** The journal's statements alone, by the real journal, without NATS and HTTP. */
export const b2: Row = {
  id: 'B2',
  title: 'the journal alone: accept and settle, without NATS and HTTP',
  run: (bench) => bench.withWorker<JournalCommands, readonly Line[]>('journal', (worker) => measure(bench, worker)),
};

async function measure(bench: Bench, worker: Worker<JournalCommands>): Promise<readonly Line[]> {
  const { rounds, messages: count, warmUpMessages, payloadBytes: bytes, window: inFlight } = bench.plan;
  await worker.ask('open', await bench.emptyDatabase());
  await worker.ask('work', { count: warmUpMessages, bytes, inFlight });
  const rates: number[] = [];
  const node: number[] = [];
  const postgres: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const nodeBefore = await readCpuSeconds(worker.pid);
    const postgresBefore = await readCpuSeconds(bench.pids.postgres, true);
    const perSecond = (count * 1000) / (await worker.ask('work', { count, bytes, inFlight }));
    node.push((((await readCpuSeconds(worker.pid)) - nodeBefore) * 1e6) / count);
    postgres.push((((await readCpuSeconds(bench.pids.postgres, true)) - postgresBefore) * 1e6) / count);
    rates.push(perSecond);
    bench.say(`B2 ${round}/${rounds}: ${spell(perSecond)}/s`);
  }
  return [
    {
      id: 'B2',
      what: 'the journal alone: accept and settle, 1 KiB',
      unit: '/s',
      values: rates,
      targets: [],
      notes: [`CPU µs per delivery: Node ${spell(median(node))}, postgres ${spell(median(postgres))}`],
    },
  ];
}
