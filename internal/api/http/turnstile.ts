import { AppError } from '../../errors.js';

const MAX_WAIT_MS = 10_000;

export interface TurnstileOptions {
  /** Maximum number that runs at the same time. */
  readonly max: number;
  /** The message for a caller that has waited too long. */
  readonly refusal: string;
  /** Maximum wait of work that may be refused. The default is 10 s. */
  readonly maxWaitMs?: number;
}

/**
 * Limits how much work that uses memory or database time runs at the same time. Other work waits for its turn and holds
 * no resources. Work that waits too long is refused, unless it has to be admitted eventually.
 */
export class Turnstile {
  private inside = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: TurnstileOptions) {}

  /** @throws {AppError} `unavailable` after too long a wait, if the work may be refused */
  async through<T>(work: () => Promise<T>, mayBeRefused = true): Promise<T> {
    if (this.inside < this.options.max) this.inside++;
    else await this.turn(mayBeRefused);
    return work().finally(() => this.leave());
  }

  private leave(): void {
    const [next] = this.waiting;
    if (next) next();
    else this.inside--;
  }

  /** Work that ends passes its place to the work that has waited longest. */
  private turn(mayBeRefused: boolean): Promise<void> {
    const { maxWaitMs = MAX_WAIT_MS, refusal } = this.options;
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
      const timer = mayBeRefused ? setTimeout(refuse, maxWaitMs) : undefined;
      this.waiting.add(enter);
    });
  }
}
