import type { Mark } from '../mark.js';
import { quantile } from '../numbers.js';

export interface Schedule {
  /** When the first was to be published, on the clock of `nowMs`. */
  readonly startAt: number;
  readonly perSecond: number;
}

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ArrivalReport {
  readonly distinct: number;
  readonly duplicates: number;
  /** Requests of another run, or with a mark that was never given out. */
  readonly strays: number;
  readonly lastAt: number;
  /** From the intended time of each message to its arrival, in milliseconds. */
  readonly latencies?: Latencies;
}

/** When each message of a run arrived first. */
export class Arrivals {
  private readonly times: Float64Array;
  private seen = 0;
  private duplicates = 0;
  private strays = 0;
  private lastAt = 0;

  constructor(
    private readonly run: number,
    expected: number,
  ) {
    this.times = new Float64Array(expected);
  }

  get distinct(): number {
    return this.seen;
  }

  record(mark: Mark | undefined, at: number): void {
    if (mark === undefined || mark.run !== this.run || mark.sequence >= this.times.length) {
      this.strays++;
      return;
    }
    if (this.times[mark.sequence] !== 0) {
      this.duplicates++;
      return;
    }
    this.times[mark.sequence] = at;
    this.seen++;
    this.lastAt = at;
  }

  report(schedule?: Schedule): ArrivalReport {
    const { seen: distinct, duplicates, strays, lastAt } = this;
    return { distinct, duplicates, strays, lastAt, ...(schedule && { latencies: this.latencies(schedule) }) };
  }

  private latencies({ startAt, perSecond }: Schedule): Latencies {
    const ordered = this.times.map((at, sequence) => at - startAt - (sequence * 1000) / perSecond).sort();
    return { p50: quantile(ordered, 0.5), p99: quantile(ordered, 0.99), max: quantile(ordered, 1) };
  }
}
