import { type Repeating, repeat } from '../repeat.js';

/** One round of a loop; true: the next one is to follow at once. */
export type Round = () => Promise<unknown>;

/** Loops by name, which begin and end together. */
export class Loops<N extends string> {
  private readonly running = new Map<N, Repeating>();

  constructor(private readonly onError: (loop: N, error: unknown) => void) {}

  /** Starts every loop of the two tables: what it does, and the pause between two rounds. */
  start(rounds: Readonly<Record<N, Round>>, everyMs: Readonly<Record<N, number>>): void {
    for (const name in rounds) {
      const options = { everyMs: everyMs[name], onError: (error: unknown) => this.onError(name, error) };
      this.running.set(name, repeat(rounds[name], options));
    }
  }

  /** Has the next round of a loop begin as soon as possible. Does nothing before the start. */
  wake(name: N): void {
    this.running.get(name)?.wake();
  }

  /** Resolves when no round is running any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((loop) => loop.stop()));
  }
}
