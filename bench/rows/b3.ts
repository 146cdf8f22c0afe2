import { readCpuSeconds } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import type { Worker } from '../load/worker.js';
import { median, spell } from '../numbers.js';
import type { Line, Row } from '../row.js';
import type { DrainCommands } from '../workers/drain.js';

const SUBJECTS = { core: 'bench.b3.core', jetstream: 'bench.b3.stream' };

/** Reads messages from NATS with the client of the service and does nothing with them. */
export const b3: Row = {
  id: 'B3',
  title: 'NATS alone: subscribed, and pulled from a stream and acknowledged',
  run: (bench) =>
    bench.withWorker<DrainCommands, readonly Line[]>('drain', async (worker) => {
      await worker.ask('connect', bench.natsUrl);
      await worker.ask('subscribe', SUBJECTS.core);
      await worker.ask('makeStream', SUBJECTS.jetstream);
      return [await measure(bench, worker, 'core'), await measure(bench, worker, 'jetstream')];
    }),
};

async function measure(bench: Bench, worker: Worker<DrainCommands>, kind: keyof typeof SUBJECTS): Promise<Line> {
  const { rounds, messages: count } = bench.plan;
  const rates: number[] = [];
  const cpu: number[] = [];
  const drain = kind === 'core' ? drainCore : drainStream;
  for (let round = 0; round <= rounds; round++) {
    const before = await readCpuSeconds(worker.pid);
    const ms = await drain(bench, worker, count);
    // The first round warms up.
    if (round === 0) continue;
    cpu.push((((await readCpuSeconds(worker.pid)) - before) * 1e6) / count);
    rates.push((count * 1000) / ms);
  }
  bench.say(`B3 ${kind}: ${spell(median(rates))}/s`);
  return {
    id: `B3 ${kind}`,
    what: kind === 'core' ? 'NATS alone, subscribed' : 'NATS alone, pulled from a stream and acknowledged',
    unit: '/s',
    values: rates,
    targets: [],
    notes: [`CPU µs per message: ${spell(median(cpu))}`],
  };
}

const messages = ({ plan, nextRun }: Bench, subject: string, count: number) => ({
  subject,
  count,
  run: nextRun(),
  bytes: plan.payloadBytes,
  // All messages are published at once: nats-server keeps up to 64 MiB that a client has not read yet.
  window: count,
});

async function drainCore(bench: Bench, worker: Worker<DrainCommands>, count: number): Promise<number> {
  const [startedAt, endedAt] = await Promise.all([
    bench.publisher.ask('flood', messages(bench, SUBJECTS.core, count)),
    worker.ask('until', count),
  ]);
  return endedAt - startedAt;
}

async function drainStream(bench: Bench, worker: Worker<DrainCommands>, count: number): Promise<number> {
  await bench.publisher.ask('flood', messages(bench, SUBJECTS.jetstream, count));
  return worker.ask('pull', count);
}
