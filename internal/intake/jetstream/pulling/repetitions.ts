/**
 * A process that cannot store its observations keeps no more than this. Gaps are then counted too small, not too large.
 */
const MAX_SEQUENCES = 100_000;

/** The consumer sequences of redeliveries that this instance received since the last look. */
export class Repetitions {
  private sequences: number[] = [];

  get numbers(): readonly number[] {
    return this.sequences;
  }

  add(delivery: number): void {
    if (this.sequences.length < MAX_SEQUENCES) this.sequences.push(delivery);
  }

  /** Forgets the sequences up to this one, because they were counted. */
  forget(upTo: number): void {
    if (this.sequences.length > 0) this.sequences = this.sequences.filter((delivery) => delivery > upTo);
  }
}
