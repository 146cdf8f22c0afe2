import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BenchFailure } from '../failure.js';
import type { Answer, Commands, News } from './worker-protocol.js';

/** A worker process of the benchmark, as its parent uses it. */
export interface Worker<C extends Commands> {
  readonly pid: number;
  ask<K extends keyof C & string>(command: K, ...input: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** The file in `workers/`, without its extension. */
  readonly name: string;
  onNews?(news: unknown): void;
  /** Is called if the worker ended unexpectedly. */
  onDeath(failure: BenchFailure): void;
}

interface Waiting {
  resolve(output: never): void;
  reject(error: Error): void;
}

export function startWorker<C extends Commands>(options: WorkerOptions): Worker<C> {
  // The worker has its own process group: Ctrl-C reaches only the parent, which ends its workers last.
  const child = fork(fileURLToPath(new URL(`../workers/${options.name}.js`, import.meta.url)), { detached: true });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let stopping = false;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    const failure = new BenchFailure(`the ${options.name} process ended before its work was done`);
    for (const { reject } of waiting.values()) reject(failure);
    if (!stopping) options.onDeath(failure);
  });
  child.on('message', (message: Answer | News) => {
    if ('news' in message) options.onNews?.(message.news);
    else settle(waiting, message);
  });
  return {
    pid: child.pid ?? 0,
    ask: (command, input) =>
      new Promise((resolve, reject) => {
        const id = asked++;
        waiting.set(id, { resolve, reject });
        child.send({ id, command, input }, (error) => {
          if (error) settle(waiting, { id, error: `the ${options.name} process is gone: ${error.message}` });
        });
      }),
    async stop() {
      stopping = true;
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function settle(waiting: Map<number, Waiting>, { id, output, error }: Answer): void {
  const asked = waiting.get(id);
  waiting.delete(id);
  if (error !== undefined) asked?.reject(new BenchFailure(error));
  else asked?.resolve(output as never);
}
