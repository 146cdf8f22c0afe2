import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { Logger } from '../logger.js';
import { makeSeldomWarning } from '../seldom-warning.js';
import type { DeadLetters } from './dead-letters.js';
import type { EmitterStats, GivenUpBecause } from './embedded-contract.js';
import type { Owed } from './lines.js';
import { type Observers, toAttempt, toGivenUp } from './observers.js';

export interface TallyParts {
  readonly letters: DeadLetters;
  readonly observers: Observers;
  readonly logger: Logger;
}

/** Counts and reports what happens to events: each of them is delivered, given up, refused or left at the end. */
export class Tally {
  readonly letters: DeadLetters;
  private deliveredCount = 0;
  private failed = 0;
  private given = 0;
  private refusedCount = 0;
  private isFull = false;
  private readonly warn: ReturnType<typeof makeSeldomWarning>;

  constructor(private readonly parts: TallyParts) {
    this.letters = parts.letters;
    this.warn = makeSeldomWarning(parts.logger);
  }

  counts(): Omit<EmitterStats, 'queued' | 'queuedBytes' | 'inFlight'> {
    return {
      delivered: this.deliveredCount,
      failedAttempts: this.failed,
      givenUp: this.given,
      refused: this.refusedCount,
      deadLettersDropped: this.letters.dropped,
    };
  }

  /** Notes whether the queue had room for an event. The log has a line when that changes. */
  offered(isKept: boolean): void {
    if (!isKept) this.refusedCount++;
    if (this.isFull === !isKept) return;
    this.isFull = !isKept;
    if (isKept) this.parts.logger.warn('emitter.not_full', { refused: this.refusedCount });
    else this.parts.logger.warn('emitter.full');
  }

  attempted(attempt: SettledAttempt): void {
    if (attempt.outcome !== 'delivered') this.failed++;
    this.parts.observers.onAttempt(toAttempt(attempt));
  }

  delivered(): void {
    this.deliveredCount++;
  }

  gaveUp(owed: Owed, because: GivenUpBecause, attempt?: SettledAttempt): void {
    this.given++;
    const letter = toGivenUp(owed, because, attempt);
    this.letters.add(letter);
    this.warn('emitter.gave_up', { emitter: owed.emitter, because });
    this.parts.observers.onGivenUp(letter);
  }
}
