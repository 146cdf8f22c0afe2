import { AppError } from '../../errors.js';

const MAX_COUNT = 50;
const STALLED_MS = 1000;

interface Running {
  /** When the caller took a piece last. */
  tookAt: number;
  cut(): void;
}

export interface LargeAnswer {
  took(): void;
  leave(): void;
}

/**
 * Answers of several pieces, each of which holds a step of what it shows. One more than may run takes the place of the one whose
 * caller has taken nothing for longest.
 */
export class LargeAnswers {
  private readonly running = new Set<Running>();

  constructor(
    private readonly now: () => number,
    /** Told of each answer that is ended for another one. */
    private readonly onCut: () => void,
    private readonly most = MAX_COUNT,
  ) {}

  /** @throws {AppError} `unavailable` while all callers are reading, where it may be refused */
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

  /** False: none has stalled. */
  private cutStalled(): boolean {
    const [longest] = [...this.running].sort((a, b) => a.tookAt - b.tookAt);
    if (!longest || this.now() - longest.tookAt < STALLED_MS) return false;
    this.running.delete(longest);
    longest.cut();
    this.onCut();
    return true;
  }
}
