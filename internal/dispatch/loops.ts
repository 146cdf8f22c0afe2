import { type Repeating, repeat } from '../repeat.js';

/** One round of a loop. True means that the next round follows immediately. */
export type Round = () => Promise<unknown>;

/** Named loops that start and stop together. */
export class Loops<N extends string> {
  private readonly running = new Map<N, Repeating>();

  constructor(private readonly onError: (loop: N, error: unknown) => void) {}

  /** Starts every loop of the two tables, which contain the work of each loop and the pause between two rounds. */
  start(rounds: Readonly<Record<N, Round>>, everyMs: Readonly<Record<N, number>>): void {
    for (const name in rounds) {
      const options = { everyMs: everyMs[name], onError: (error: unknown) => this.onError(name, error) };
      this.running.set(name, repeat(rounds[name], options));
    }
  }

  /** Starts the next round of a loop as soon as possible. Before `start`, the call has no effect. */
  wake(name: N): void {
    this.running.get(name)?.wake();
  }

  /** Resolves when no round is running any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((loop) => loop.stop()));
  }
}
