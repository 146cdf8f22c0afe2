import type { GivenUp } from './embedded-contract.js';

/** Keeps the latest events that were given up, bounded in number and in bytes. */
export class DeadLetters {
  private letters: GivenUp[] = [];
  private bytes = 0;
  private droppedCount = 0;

  constructor(private readonly limits: { readonly count: number; readonly bytes: number }) {}

  /** Number of events that were given up and are not kept any more. */
  get dropped(): number {
    return this.droppedCount;
  }

  add(letter: GivenUp): void {
    this.letters.push(letter);
    this.bytes += letter.payload.length;
    let first = 0;
    while (this.letters.length - first > this.limits.count || this.bytes > this.limits.bytes) {
      this.bytes -= this.letters[first]?.payload.length ?? 0;
      first++;
    }
    if (first === 0) return;
    this.letters = this.letters.slice(first);
    this.droppedCount += first;
  }

  /** The oldest one comes first. */
  list(): readonly GivenUp[] {
    return [...this.letters];
  }
}
