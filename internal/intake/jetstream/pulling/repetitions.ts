/**
 * A process that cannot store its observations keeps no more than this. Gaps are then counted too small, not too large.
 */
const MAX_KEPT = 100_000;

/** The consumer sequences of redeliveries that this instance received since the last look. */
export class Repetitions {
  private kept: number[] = [];

  get numbers(): readonly number[] {
    return this.kept;
  }

  add(delivery: number): void {
    if (this.kept.length < MAX_KEPT) this.kept.push(delivery);
  }

  /** Forgets the sequences up to this one, because they were counted. */
  forget(upTo: number): void {
    if (this.kept.length > 0) this.kept = this.kept.filter((delivery) => delivery > upTo);
  }
}
