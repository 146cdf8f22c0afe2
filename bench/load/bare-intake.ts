import { readCpuSeconds } from '../../internal/local/process-usage.js';
import type { Bench } from '../bench.js';
import { nowMs } from '../now.js';
import type { BareIntakeCommands } from '../workers/bare-intake.js';
import type { HttpMessages, HttpPublisherCommands } from '../workers/http-publisher.js';
import type { Worker } from './worker.js';

export interface BareIntake {
  readonly perSecond: number;
  /** CPU microseconds per request. */
  readonly server: number;
  readonly publisher: number;
}

export type MeasureBareIntake = (messages: Omit<HttpMessages, 'origin' | 'run'>) => Promise<BareIntake>;

/** Measures the publisher over HTTP with a bare node:http server, which stores nothing, in a process of its own. */
export function withBareIntake<T>(
  bench: Bench,
  publisher: Worker<HttpPublisherCommands>,
  work: (measure: MeasureBareIntake) => Promise<T>,
): Promise<T> {
  return bench.withWorker<BareIntakeCommands, T>('bare-intake', async (server) => {
    const origin = `http://127.0.0.1:${await server.ask('listen')}`;
    const readCpu = async () => [await readCpuSeconds(server.pid), await readCpuSeconds(publisher.pid)] as const;
    return work(async (messages) => {
      const before = await readCpu();
      const startedAt = await publisher.ask('flood', { ...messages, origin, run: bench.nextRun() });
      const perSecond = (messages.count * 1000) / (nowMs() - startedAt);
      const after = await readCpu();
      const each = (index: 0 | 1) => ((after[index] - before[index]) * 1e6) / messages.count;
      return { perSecond, server: each(0), publisher: each(1) };
    });
  });
}
