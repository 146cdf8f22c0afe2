/** A process that cannot record what it saw keeps no more: gaps are then counted too small, not too large. */
const MAX_KEPT = 100_000;

/** The numbers, among all deliveries of a consumer, of those that were repetitions and came to us since the last look. */
export class Repetitions {
  private kept: number[] = [];

  get numbers(): readonly number[] {
    return this.kept;
  }

  add(delivery: number): void {
    if (this.kept.length < MAX_KEPT) this.kept.push(delivery);
  }

  /** Those up to this one were counted. */
  forget(upTo: number): void {
    if (this.kept.length > 0) this.kept = this.kept.filter((delivery) => delivery > upTo);
  }
}
