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

  refused(): void {
    this.refusedCount++;
    if (!this.isFull) this.parts.logger.warn('emitter.full');
    this.isFull = true;
  }

  /**
   * Notes that the queue took an event. A full queue counts as full until half of it is free, because a program that
   * emits as fast as it may would fill it again with each event.
   */
  kept(isHalfFree: boolean): void {
    if (!this.isFull || !isHalfFree) return;
    this.isFull = false;
    this.parts.logger.warn('emitter.not_full', { refused: this.refusedCount });
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
