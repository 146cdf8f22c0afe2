import cluster from 'node:cluster';
import type { Config } from '../../config/config.js';
import type { FromWorker, Report, ToWorker } from './protocol.js';

/** The connection of a worker to its parent. */
export interface ParentLink {
  /** The configuration, already validated by the parent. */
  readonly config: Promise<Config>;
  /** Resolves when the parent wants this worker to stop, or has ended. */
  readonly asked: Promise<void>;
  /** Resolves when the message has left the process. Never rejects. */
  send(message: FromWorker): Promise<void>;
  /** Makes the worker answer the parent's requests for metrics from now on. */
  reportBy(report: () => Promise<Report>): void;
}

/** Returns undefined when this process was not started as a worker. */
export function findParent(): ParentLink | undefined {
  const { worker } = cluster;
  if (!worker) return undefined;
  let report: () => Promise<Report> = async () => [];
  const send = (message: FromWorker) => new Promise<void>((resolve) => void worker.send(message, () => resolve()));
  let onConfig: (config: Config) => void = () => undefined;
  const config = new Promise<Config>((resolve) => {
    onConfig = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    worker.once('disconnect', () => {
      // Otherwise Node ends the process immediately.
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
          return void report().then((numbers) => send({ kind: 'report', ask: message.ask, report: numbers }));
        default:
          return message satisfies never;
      }
    });
  });
  void send({ kind: 'here' });
  return {
    config,
    asked,
    send,
    reportBy(next) {
      report = next;
    },
  };
}
