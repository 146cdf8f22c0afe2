import type { Worker } from 'node:cluster';
import type { Config } from '../../config/config.js';
import type { Clock } from '../clock.js';
import type { FromWorker, Report, ToWorker } from './protocol.js';

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A worker process as its parent knows it. */
export interface Member {
  readonly pid: number;
  /** The id under which the worker owns deliveries; undefined until the worker has sent it. */
  readonly instance: string | undefined;
  readonly isReady: boolean;
  /** The reason why the worker ends, if the worker could send it. */
  readonly failure: string | undefined;
  readonly heardAt: number;
  /** Resolves with the port of the API; stays pending when the worker ends before it is ready. */
  readonly ready: Promise<number>;
  readonly ended: Promise<Ending>;
  /** Returns the worker's metrics; the last known ones when the worker does not answer soon. */
  report(): Promise<Report>;
  readonly lastReport: Report;
  /** Treats the worker as if a message from it had just arrived. */
  excuse(): void;
  stop(): void;
  kill(): void;
}

const REPORT_MS = 2000;

/** Gives a new process its configuration and listens to its messages. */
export function makeMember(worker: Worker, config: Config, clock: Clock): Member {
  const known = { instance: undefined as string | undefined, failure: undefined as string | undefined, isReady: false };
  let heardAt = clock.monotonic();
  let lastReport: Report = [];
  let asks = 0;
  let isStopping = false;
  const answers = new Map<number, () => void>();
  const say = (message: ToWorker) => void worker.send(message, () => undefined);

  const ended = new Promise<Ending>((resolve) => {
    worker.once('exit', (code, signal) => resolve({ code, signal }));
    // A process that could not be created never exits.
    worker.on('error', () => worker.process.pid === undefined && resolve({ code: null, signal: null }));
  });
  const ready = new Promise<number>((resolve) => {
    worker.on('message', (message: FromWorker) => {
      heardAt = clock.monotonic();
      switch (message.kind) {
        case 'alive':
          return;
        case 'here':
          return say(isStopping ? { kind: 'stop' } : { kind: 'run', config });
        case 'instance':
          known.instance = message.id;
          return;
        case 'failed':
          known.failure = message.sentence;
          return;
        case 'started':
          known.isReady = true;
          return resolve(message.port);
        case 'report':
          lastReport = message.report;
          return answers.get(message.ask)?.();
        default:
          return message satisfies never;
      }
    });
  });

  return {
    pid: worker.process.pid ?? 0,
    get instance() {
      return known.instance;
    },
    get isReady() {
      return known.isReady;
    },
    get failure() {
      return known.failure;
    },
    get heardAt() {
      return heardAt;
    },
    get lastReport() {
      return lastReport;
    },
    ready,
    ended,
    async report() {
      if (!known.isReady) return lastReport;
      const ask = ++asks;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, REPORT_MS);
        answers.set(ask, () => {
          clearTimeout(timer);
          resolve();
        });
        say({ kind: 'report', ask });
      });
      answers.delete(ask);
      return lastReport;
    },
    excuse() {
      heardAt = clock.monotonic();
    },
    stop() {
      isStopping = true;
      say({ kind: 'stop' });
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
