import { BenchFailure } from '../failure.js';
import type { ArrivalReport, Expected, Schedule } from '../workers/arrivals.js';
import type { Conduct } from '../workers/conduct.js';
import type { ReceiverCommands, ReceiverKind } from '../workers/receiver.js';
import { startWorker } from './worker.js';

export interface Receiver {
  readonly pid: number;
  /** The origin of a port that answers at once. */
  readonly origin: string;
  /** Opens another port of the same process with another conduct. Returns its origin. */
  misbehave(conduct: Conduct): Promise<string>;
  /** Makes the receiver answer at once on all ports from now on. */
  heal(): Promise<void>;
  /** Makes each port behave again as it did when it was opened. */
  sicken(): Promise<void>;
  begin(expected: Expected): Promise<void>;
  /** Resolves when all deliveries of the run have arrived. Calls `onProgress` from time to time with their number. */
  untilAll(expected: number, onProgress?: (arrived: number) => void): Promise<void>;
  report(schedule?: Schedule): Promise<ArrivalReport>;
  stop(): Promise<void>;
}

/**
 * If nothing arrives for this time, the rest is lost. The time is longer than the first retry, so that a retried
 * delivery is recognised as retried.
 */
const PATIENCE_MS = 15_000;

export async function startReceiver(kind: ReceiverKind, onDeath: (failure: BenchFailure) => void): Promise<Receiver> {
  const listeners = new Set<(arrived: number) => void>();
  const worker = startWorker<ReceiverCommands>({
    name: 'receiver',
    onNews: (news) => {
      for (const listener of listeners) listener(Number(news));
    },
    onDeath,
  });
  const open = async (conduct: Conduct) => `http://127.0.0.1:${await worker.ask('listen', { kind, conduct })}`;
  const origin = await open({ kind: 'well' });

  const untilAll = (expected: number, onProgress?: (arrived: number) => void) =>
    new Promise<void>((resolve, reject) => {
      let latest = 0;
      const end = () => {
        listeners.delete(listener);
        clearTimeout(timer);
      };
      const timer = setTimeout(() => {
        end();
        reject(new BenchFailure(`lost: ${latest} of ${expected} arrived, and then none for ${PATIENCE_MS / 1000} s`));
      }, PATIENCE_MS);
      // When the run is given up, no promise waits for this timer any more.
      timer.unref();
      const listener = (arrived: number) => {
        latest = arrived;
        timer.refresh();
        onProgress?.(arrived);
        if (arrived < expected) return;
        end();
        resolve();
      };
      listeners.add(listener);
    });

  return {
    pid: worker.pid,
    origin,
    misbehave: open,
    heal: () => worker.ask('heal'),
    sicken: () => worker.ask('sicken'),
    begin: (expected) => worker.ask('begin', expected),
    untilAll,
    report: (schedule) => worker.ask('report', schedule),
    stop: worker.stop,
  };
}
