import type { Floors } from './floors.js';
import type { NumberUpTo } from './numbering.js';

export interface FollowingDeps {
  readonly floors: Pick<Floors, 'reach'>;
  readonly number: NumberUpTo;
  /** Milliseconds. */
  now(): number;
}

/** A stream whose floor is queried often. */
interface Followed {
  /** The last sequence that was committed. */
  highest: number;
  /** The sequence up to which deliveries have numbers. */
  numbered: number;
}

/**
 * Three times in four, the server processes an acknowledgement within a moment after it has answered the query that was
 * sent behind it.
 */
const SHORTEST_PAUSE_MS = 1;
const MAX_PAUSE_MS = 250;
/**
 * A look that finds this many keys is busy, and twice its duration is left to other work. At 100 messages per second, a
 * pause after every look would add 10 ms.
 */
const BUSY_FROM = 8;

/** Streams whose deliveries wait for a number. Their floors are queried until the last delivery has a number. */
export class Following {
  private readonly streams = new Map<string, Followed>();
  private progressAt: number;
  /** The duration of the last look, if it was a busy one. */
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

  /** A floor has moved, so that the next looks come soon. */
  progressed(): void {
    this.progressAt = this.deps.now();
  }

  /** Looks at all streams once. */
  async look(): Promise<void> {
    const from = this.deps.now();
    const found = await Promise.all([...this.streams].map(([stream, one]) => this.advance(stream, one)));
    const keys = found.reduce((sum, each) => sum + each, 0);
    this.busyMs = keys < BUSY_FROM ? 0 : this.deps.now() - from;
  }

  /** The pause until the next look. It grows while nothing moves, and with the cost of a busy look. */
  pauseMs(): number {
    const sinceProgressMs = this.deps.now() - this.progressAt;
    return Math.min(MAX_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * this.busyMs, sinceProgressMs / 4));
  }

  /** Returns the number of keys that got a number. */
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
