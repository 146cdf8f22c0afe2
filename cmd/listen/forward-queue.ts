import type { LocalAnswer, LocalRequest } from './forwarder.js';

/** One message on its way to the application. */
export interface Forwardable {
  readonly subject: string;
  /** The memory that the message takes while it waits. */
  readonly bytes: number;
  /** Makes the request. Attempts count from 1. */
  render(attempt: number): LocalRequest;
  /** Called with the answer to each attempt. */
  onAnswer?(answer: LocalAnswer): void;
}

/** A request that has ended. */
export interface Exchange {
  readonly job: Forwardable;
  readonly attempt: number;
  readonly sentAt: Date;
  readonly durationMs: number;
  readonly request: LocalRequest;
  readonly answer: LocalAnswer;
}

export interface ForwardQueueOptions {
  readonly concurrency: number;
  forward(request: LocalRequest): Promise<LocalAnswer>;
  onExchange(exchange: Exchange): void;
}

const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Messages that wait for the application, in their order, with at most `concurrency` requests at the same time. */
export class ForwardQueue {
  private readonly waiting: { readonly job: Forwardable; readonly attempt: number }[] = [];
  private waitingBytes = 0;
  private running = 0;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: ForwardQueueOptions) {}

  /** Whether at least half of the room is free. */
  get hasRoom(): boolean {
    return this.waiting.length <= MAX_WAITING / 2 && this.waitingBytes <= MAX_WAITING_BYTES / 2;
  }

  /** Returns false if there is no room. A message always has room when no other one waits. */
  push(job: Forwardable, attempt = 1): boolean {
    const isFull = this.waiting.length >= MAX_WAITING || this.waitingBytes + job.bytes > MAX_WAITING_BYTES;
    if (isFull && this.waiting.length > 0) return false;
    this.waiting.push({ job, attempt });
    this.waitingBytes += job.bytes;
    this.startNext();
    return true;
  }

  /** Drops the waiting messages, and resolves when the running requests have ended. */
  async stop(): Promise<void> {
    this.waiting.splice(0);
    this.waitingBytes = 0;
    if (this.running > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  private startNext(): void {
    while (this.running < this.options.concurrency) {
      const next = this.waiting.shift();
      if (!next) return;
      this.waitingBytes -= next.job.bytes;
      this.running++;
      void this.run(next.job, next.attempt);
    }
  }

  private async run(job: Forwardable, attempt: number): Promise<void> {
    const request = job.render(attempt);
    const sentAt = new Date();
    const startedMs = performance.now();
    const answer = await this.options.forward(request);
    this.running--;
    job.onAnswer?.(answer);
    this.options.onExchange({ job, attempt, sentAt, durationMs: performance.now() - startedMs, request, answer });
    this.startNext();
    if (this.running === 0) this.onIdle?.();
  }
}
