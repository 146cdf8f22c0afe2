import { setImmediate } from 'node:timers/promises';

const MS_PER_TICK = 5;

/** Divides long work into ticks of the event loop. */
export class Ticks {
  private began = performance.now();

  /** Is called between two steps, and lets the event loop do other work when the current tick has taken its time. */
  async next(): Promise<void> {
    if (performance.now() - this.began > MS_PER_TICK) await this.end();
  }

  /** Ends the tick in any case, before or after a large step. */
  async end(): Promise<void> {
    await setImmediate();
    this.began = performance.now();
  }
}
