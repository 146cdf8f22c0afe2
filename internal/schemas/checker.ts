import type { SchemaCheck } from '../domain/schema/schema-check.js';
import type { CheckJob, SchemaKey } from './check-job.js';
import { WorkerThread } from './worker-thread.js';

export interface Checker {
  /** Checks a payload, or only compiles the schema. Never rejects. Checks end in the order of their calls. */
  check(schema: SchemaToCheck, payload?: Uint8Array): Promise<SchemaCheck>;
  /** Number of times that a worker was ended because it took too long, or ended on its own. */
  restarts(): number;
  stop(): Promise<void>;
}

export interface SchemaToCheck {
  readonly id: SchemaKey;
  readonly text: string;
}

interface Waiting {
  readonly schema: SchemaToCheck;
  readonly payload: Uint8Array | undefined;
  readonly resolve: (result: SchemaCheck) => void;
}

export interface CheckerLimits {
  /** One batch of payloads may take this time, and a schema may take it to compile. */
  readonly checkMs: number;
  readonly compileMs: number;
}

/** They are far above what honest payloads and schemas take (a megabyte: 20 ms; a schema of 256 KiB: 300 ms). */
const LIMITS: CheckerLimits = { checkMs: 2000, compileMs: 10_000 };
const MAX_BATCH = 64;
const MAX_BATCH_BYTES = 1 << 20;
/** Compiled schemas take up to some hundred KiB each. */
const MAX_KNOWN = 200;
const TOO_HARD: SchemaCheck = { outcome: 'too_hard' };

/**
 * Checks payloads in a worker thread, so that neither a schema nor a payload can stop the event loop. Payloads that
 * wait are checked in one batch. If a batch takes too long, the worker is ended, and its payloads are checked one by
 * one: the one that takes too long alone is too hard to check, and the others have their results.
 */
export class WorkerChecker implements Checker {
  private readonly queue: Waiting[] = [];
  private readonly known = new Set<SchemaKey>();
  private thread: WorkerThread | undefined;
  private isRunning = false;
  private isStopped = false;
  private ended = 0;

  constructor(private readonly limits: CheckerLimits = LIMITS) {}

  check(schema: SchemaToCheck, payload?: Uint8Array): Promise<SchemaCheck> {
    return new Promise((resolve) => {
      this.queue.push({ schema, payload, resolve });
      if (!this.isRunning) void this.runAll();
    });
  }

  restarts(): number {
    return this.ended;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.endThread();
  }

  private async runAll(): Promise<void> {
    this.isRunning = true;
    // Payloads that arrive in the same turn of the event loop are one batch.
    await Promise.resolve();
    while (this.queue.length > 0) await this.runBatch(this.nextBatch());
    this.isRunning = false;
  }

  private nextBatch(): readonly Waiting[] {
    let bytes = 0;
    const isWithin = ({ payload }: Waiting, index: number) => {
      bytes += payload?.length ?? 0;
      return index === 0 || (index < MAX_BATCH && bytes <= MAX_BATCH_BYTES);
    };
    const end = this.queue.findIndex((each, index) => !isWithin(each, index));
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }

  private async runBatch(batch: readonly Waiting[]): Promise<void> {
    const results = (await this.tryRun(batch)) ?? (await this.runSingly(batch));
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] ?? TOO_HARD);
  }

  private async runSingly(batch: readonly Waiting[]): Promise<readonly SchemaCheck[]> {
    const results: SchemaCheck[] = [];
    for (const each of batch) results.push((await this.tryRun([each]))?.[0] ?? TOO_HARD);
    return results;
  }

  /** Undefined if the worker had to be ended, or has ended. */
  private async tryRun(batch: readonly Waiting[]): Promise<readonly SchemaCheck[] | undefined> {
    if (this.isStopped) return batch.map(() => TOO_HARD);
    try {
      this.thread ??= new WorkerThread();
      await this.compileUnknown(this.thread, batch);
      return await this.thread.run(batch.map(toJob), this.limits.checkMs);
    } catch {
      this.ended++;
      await this.endThread();
      return undefined;
    }
  }

  /** Schemas are compiled in a batch of their own, because that takes longer than a check. */
  private async compileUnknown(thread: WorkerThread, batch: readonly Waiting[]): Promise<void> {
    for (const { schema } of batch) {
      const { id, text } = schema;
      if (id === 'unstored' || this.known.has(id)) continue;
      if (this.known.size >= MAX_KNOWN) {
        thread.forget();
        this.known.clear();
        // The other schemas of this batch are compiled again.
        return this.compileUnknown(thread, batch);
      }
      await thread.run([{ schema: id, text }], this.limits.compileMs);
      this.known.add(id);
    }
  }

  private async endThread(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    this.known.clear();
    await thread?.stop();
  }
}

function toJob({ schema: { id, text }, payload }: Waiting): CheckJob {
  // A view would bring the whole buffer behind it.
  const own = payload && Uint8Array.prototype.slice.call(payload);
  return { schema: id, ...(id === 'unstored' && { text }), ...(own && { payload: own }) };
}
