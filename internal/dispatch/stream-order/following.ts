import type { Floors } from './floors.js';
import type { NumberUpTo } from './numbering.js';

export interface FollowingDeps {
  readonly floors: Pick<Floors, 'reach'>;
  readonly number: NumberUpTo;
  /** Milliseconds. */
  now(): number;
}

/** A stream whose floor is asked for often. */
interface Followed {
  /** The last sequence that was committed. */
  highest: number;
  /** Up to where deliveries have numbers. */
  numbered: number;
}

/** The server takes an acknowledgement in a moment after it has answered what was asked behind it: three times in four. */
const SHORTEST_PAUSE_MS = 1;
const MAX_PAUSE_MS = 250;
/** A look that finds so many keys is busy: twice its time is left to others. At 100 messages a second it costs 10 ms to do so always. */
const BUSY_FROM = 8;

/** Streams of which deliveries wait for a number: their floors are asked for until the last has one. */
export class Following {
  private readonly streams = new Map<string, Followed>();
  private progressAt: number;
  /** The time of the last look, if it was a busy one. */
  private busyMs = 0;

  constructor(private readonly deps: FollowingDeps) {
    this.progressAt = deps.now();
  }

  get size(): number {
    return this.streams.size;
  }

  has(stream: string): boolean {
    return this.streams.has(stream);
  }

  /** Follows a stream until everything up to `highest` has a number. */
  follow(stream: string, highest: number): void {
    const known = this.streams.get(stream);
    if (known) known.highest = Math.max(known.highest, highest);
    else this.streams.set(stream, { highest, numbered: 0 });
  }

  /** Something has moved: the next looks come soon. */
  progressed(): void {
    this.progressAt = this.deps.now();
  }

  /** One look at all streams. */
  async look(): Promise<void> {
    const from = this.deps.now();
    const found = await Promise.all([...this.streams].map(([stream, one]) => this.advance(stream, one)));
    const keys = found.reduce((sum, each) => sum + each, 0);
    this.busyMs = keys < BUSY_FROM ? 0 : this.deps.now() - from;
  }

  /** Until the next look: the longer nothing moves, and the more a busy look costs, the longer. */
  pauseMs(): number {
    const sinceProgressMs = this.deps.now() - this.progressAt;
    return Math.min(MAX_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * this.busyMs, sinceProgressMs / 4));
  }

  /** Answers how many keys got a number. */
  private async advance(stream: string, one: Followed): Promise<number> {
    const upTo = await this.deps.floors.reach(stream, one.highest);
    if (upTo === undefined) return 0;
    if (upTo === 'unread') {
      this.streams.delete(stream);
      return 0;
    }
    let found = 0;
    if (upTo > one.numbered) {
      found = await this.deps.number(stream, upTo);
      one.numbered = upTo;
      this.progressed();
    }
    if (upTo >= one.highest) this.streams.delete(stream);
    return found;
  }
}
