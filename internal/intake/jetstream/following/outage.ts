/** During a shorter failure, a leader is being elected, or a server restarts. */
const PATIENCE_MS = 10_000;

/** The duration of a failure without a success in between, and its reason. */
export class Outage {
  private since: number | undefined;
  private why: string | undefined;

  constructor(private readonly now: () => number) {}

  fail(why: string): void {
    this.since ??= this.now();
    this.why = why;
  }

  end(): void {
    this.since = undefined;
    this.why = undefined;
  }

  /** The reason of the failure, once the failure has lasted. */
  problem(): string | undefined {
    return this.since !== undefined && this.now() - this.since >= PATIENCE_MS ? this.why : undefined;
  }
}
