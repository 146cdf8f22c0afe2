import { type Latencies, makeLatencyHistogram, readLatencies, recordMs } from '../latencies.js';
import type { Mark } from '../mark.js';

export interface Schedule {
  /** The intended time of the first message, on the clock of `nowMs`. */
  readonly startAt: number;
  readonly perSecond: number;
}

export interface Expected {
  readonly run: number;
  readonly messages: number;
  /** The number of webhooks that each message goes to. The last part of their paths is 0 to this number minus one. */
  readonly fanOut: number;
}

export interface ArrivalReport {
  readonly distinct: number;
  readonly duplicates: number;
  /** Requests of another run, with an unknown mark, or at an unknown webhook. */
  readonly strays: number;
  readonly lastAt: number;
  /** The time from the intended publishing of each message to its arrival at each webhook, in milliseconds. */
  readonly latencies?: Latencies;
}

/** The time at which each message of a run first arrived at each of its webhooks. */
export class Arrivals {
  private readonly times: Float64Array;
  private seen = 0;
  private duplicates = 0;
  private strays = 0;
  private lastAt = 0;

  constructor(private readonly expected: Expected) {
    this.times = new Float64Array(expected.messages * expected.fanOut);
  }

  get distinct(): number {
    return this.seen;
  }

  record(mark: Mark | undefined, hook: number, at: number): void {
    const { run, messages, fanOut } = this.expected;
    if (mark === undefined || mark.run !== run || mark.sequence >= messages || hook >= fanOut) {
      this.strays++;
      return;
    }
    const index = mark.sequence * fanOut + hook;
    if (this.times[index] !== 0) {
      this.duplicates++;
      return;
    }
    this.times[index] = at;
    this.seen++;
    this.lastAt = at;
  }

  report(schedule?: Schedule): ArrivalReport {
    const { seen: distinct, duplicates, strays, lastAt } = this;
    return { distinct, duplicates, strays, lastAt, ...(schedule && { latencies: this.latencies(schedule) }) };
  }

  private latencies({ startAt, perSecond }: Schedule): Latencies {
    const histogram = makeLatencyHistogram();
    const intended = (index: number) => startAt + (Math.floor(index / this.expected.fanOut) * 1000) / perSecond;
    for (const [index, at] of this.times.entries()) if (at !== 0) recordMs(histogram, at - intended(index));
    return readLatencies(histogram);
  }
}
