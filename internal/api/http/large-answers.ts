import { AppError } from '../../errors.js';

const MAX_COUNT = 50;
const STALLED_MS = 1000;

interface Running {
  readonly caller: string;
  /** The time at which the caller last read a piece. */
  readAt: number;
  cut(): void;
}

export interface LargeAnswer {
  onRead(): void;
  leave(): void;
}

export interface NewAnswer {
  /** Identifies who asked for it. */
  readonly caller: string;
  readonly mayBeRefused: boolean;
  cut(): void;
}

/**
 * The running answers of several pieces, each of which has a step of its data in memory. One caller may have all of
 * them while no other wants one. When the limit is reached, a further answer replaces one of the caller who has most,
 * or the answer whose caller has read nothing for longest.
 */
export class LargeAnswers {
  private readonly running = new Set<Running>();

  constructor(
    private readonly now: () => number,
    /** Called for each answer that is ended in favour of another one. */
    private readonly onCut: () => void,
    private readonly max = MAX_COUNT,
  ) {}

  /** @throws {AppError} `unavailable` while all callers read and none has more than this one would, if it may be */
  enter({ caller, cut, mayBeRefused }: NewAnswer): LargeAnswer {
    if (this.running.size >= this.max && !this.makeRoom(caller) && mayBeRefused)
      throw new AppError('unavailable', `${this.max} large answers are being read; try again later`);
    const one: Running = { caller, readAt: this.now(), cut };
    this.running.add(one);
    return {
      onRead: () => {
        one.readAt = this.now();
      },
      leave: () => {
        this.running.delete(one);
      },
    };
  }

  /** Returns false if no answer has to end for one of this caller. */
  private makeRoom(caller: string): boolean {
    const longest = this.ofLargestShare(caller) ?? this.stalled();
    if (!longest) return false;
    this.running.delete(longest);
    longest.cut();
    this.onCut();
    return true;
  }

  /** An answer of the caller who has most, if that caller then still has at least as many as this one. */
  private ofLargestShare(caller: string): Running | undefined {
    const counts = new Map<string, number>();
    for (const { caller: each } of this.running) counts.set(each, (counts.get(each) ?? 0) + 1);
    const largest = Math.max(...counts.values());
    if (largest < (counts.get(caller) ?? 0) + 2) return undefined;
    return longestUnread([...this.running].filter((each) => counts.get(each.caller) === largest));
  }

  private stalled(): Running | undefined {
    const longest = longestUnread([...this.running]);
    return longest && this.now() - longest.readAt >= STALLED_MS ? longest : undefined;
  }
}

function longestUnread(answers: readonly Running[]): Running | undefined {
  return [...answers].sort((a, b) => a.readAt - b.readAt)[0];
}
