import { AppError } from '../../errors.js';

const PATIENCE_MS = 10_000;

export interface TurnstileOptions {
  /** At the same time. */
  readonly most: number;
  /** What a caller is told who has waited too long. */
  readonly refusal: string;
  /** How long one waits that may be refused; 10 s unless told. */
  readonly patienceMs?: number;
}

/**
 * At most so many at once do what takes memory, or time of the database; the others wait for their turn with nothing in their hands.
 * One that waits too long is refused, unless it has to be let in some time.
 */
export class Turnstile {
  private inside = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: TurnstileOptions) {}

  /** @throws {AppError} `unavailable` after too long a wait, where it may be refused */
  async through<T>(work: () => Promise<T>, mayBeRefused = true): Promise<T> {
    if (this.inside < this.options.most) this.inside++;
    else await this.turn(mayBeRefused);
    return work().finally(() => this.leave());
  }

  private leave(): void {
    const [next] = this.waiting;
    if (next) next();
    else this.inside--;
  }

  /** Each that leaves gives its place to the one that has waited longest. */
  private turn(mayBeRefused: boolean): Promise<void> {
    const { patienceMs = PATIENCE_MS, refusal } = this.options;
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.waiting.delete(enter);
        clearTimeout(timer);
        resolve();
      };
      const refuse = () => {
        this.waiting.delete(enter);
        reject(new AppError('unavailable', refusal));
      };
      const timer = mayBeRefused ? setTimeout(refuse, patienceMs) : undefined;
      this.waiting.add(enter);
    });
  }
}
