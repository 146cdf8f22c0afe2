import cluster from 'node:cluster';
import type { Config } from '../../config/config.js';
import type { FromWorker, Report, ToWorker } from './protocol.js';

/** A worker's way to its parent. */
export interface ParentLink {
  /** What to run, as the parent has judged it. */
  readonly config: Promise<Config>;
  /** Settles when the parent wants this worker to stop, or is no more. */
  readonly asked: Promise<void>;
  /** Resolves when the message has left; never rejects. */
  tell(message: FromWorker): Promise<void>;
  /** Answers from now on when the parent asks for numbers. */
  reportBy(report: () => Promise<Report>): void;
}

/** Undefined when nobody started this process as a worker. */
export function findParent(): ParentLink | undefined {
  const { worker } = cluster;
  if (!worker) return undefined;
  let report: () => Promise<Report> = async () => [];
  const tell = (message: FromWorker) => new Promise<void>((resolve) => void worker.send(message, () => resolve()));
  let onConfig: (config: Config) => void = () => undefined;
  const config = new Promise<Config>((resolve) => {
    onConfig = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    worker.once('disconnect', () => {
      // Else Node ends the process here and now.
      worker.exitedAfterDisconnect = true;
      resolve();
    });
    worker.on('message', (message: ToWorker) => {
      switch (message.kind) {
        case 'run':
          return onConfig(message.config);
        case 'stop':
          return resolve();
        case 'report':
          return void report().then((numbers) => tell({ kind: 'report', ask: message.ask, report: numbers }));
        default:
          return message satisfies never;
      }
    });
  });
  void tell({ kind: 'here' });
  return {
    config,
    asked,
    tell,
    reportBy(next) {
      report = next;
    },
  };
}
