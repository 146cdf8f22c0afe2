import { Worker } from 'node:worker_threads';
import type { SchemaCheck } from '../domain/schema/schema-check.js';
import type { CheckJob, FromWorker, ToWorker } from './check-job.js';

/** A payload that needs more memory ends the worker, and not the process. */
const RESOURCES = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 } as const;
const MAX_START_MS = 60_000;

/** Node 20 runs no TypeScript. A process that runs the sources, which only tests do, has hooks for it in the worker. */
const RUNS_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = new URL(RUNS_SOURCES ? './worker.ts' : './worker.js', import.meta.url);
const HOOKS = RUNS_SOURCES && {
  execArgv: ['--import', new URL('../testkit/register-typescript.mjs', import.meta.url).href],
};

/** One worker thread. It does one batch at a time. A worker that has failed is not used again. */
export class WorkerThread {
  private readonly worker = new Worker(PROGRAM, { resourceLimits: RESOURCES, ...HOOKS });
  private readonly ready: Promise<void>;
  private waiting: { readonly resolve: (results: readonly SchemaCheck[]) => void } | undefined;
  private fail: (error: Error) => void = () => undefined;
  private readonly failed: Promise<never>;

  constructor() {
    // The worker must not keep a process alive that has nothing else to do.
    this.worker.unref();
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
    this.ready = new Promise((resolve) => {
      this.worker.on('message', (message: FromWorker) => {
        if (message === 'ready') resolve();
        else this.waiting?.resolve(message);
      });
    });
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', (code) => this.fail(new Error(`the worker has ended with code ${code}`)));
  }

  /** Rejects if the worker does not start or ends, and if the batch takes longer than that. */
  async run(jobs: readonly CheckJob[], maxMs: number): Promise<readonly SchemaCheck[]> {
    await this.within(this.ready, MAX_START_MS);
    const results = new Promise<readonly SchemaCheck[]>((resolve) => {
      this.waiting = { resolve };
    });
    // Each payload is a copy of its own: it is moved to the worker, and not copied once more.
    this.post(
      jobs,
      jobs.flatMap(({ payload }) => (payload ? [payload.buffer as ArrayBuffer] : [])),
    );
    return this.within(results, maxMs);
  }

  forget(): void {
    this.post('forget');
  }

  private post(message: ToWorker, moved: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(message, moved);
  }

  private within<T>(result: Promise<T>, maxMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // The answer of the worker may be there already, if the event loop was late. It is read in the same turn.
      timer = setTimeout(() => setImmediate(() => setImmediate(reject, new Error('the worker takes too long'))), maxMs);
    });
    return Promise.race([result, this.failed, late]).finally(() => clearTimeout(timer));
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
