import { AppError } from '../../errors.js';

const MAX_COUNT = 50;
const STALLED_MS = 1000;

interface Running {
  /** The time at which the caller last read a piece. */
  tookAt: number;
  cut(): void;
}

export interface LargeAnswer {
  took(): void;
  leave(): void;
}

/**
 * The running answers of several pieces, each of which has a step of its data in memory. When the limit is reached, a
 * further answer replaces the one whose caller has read nothing for longest.
 */
export class LargeAnswers {
  private readonly running = new Set<Running>();

  constructor(
    private readonly now: () => number,
    /** Called for each answer that is ended in favour of another one. */
    private readonly onCut: () => void,
    private readonly most = MAX_COUNT,
  ) {}

  /** @throws {AppError} `unavailable` while all callers are reading, if the answer may be refused */
  enter(cut: () => void, mayBeRefused: boolean): LargeAnswer {
    if (this.running.size >= this.most && !this.cutStalled() && mayBeRefused)
      throw new AppError('unavailable', `${this.most} large answers are being read; try again later`);
    const one: Running = { tookAt: this.now(), cut };
    this.running.add(one);
    return {
      took: () => {
        one.tookAt = this.now();
      },
      leave: () => {
        this.running.delete(one);
      },
    };
  }

  /** Returns false if no answer has stalled. */
  private cutStalled(): boolean {
    const [longest] = [...this.running].sort((a, b) => a.tookAt - b.tookAt);
    if (!longest || this.now() - longest.tookAt < STALLED_MS) return false;
    this.running.delete(longest);
    longest.cut();
    this.onCut();
    return true;
  }
}
