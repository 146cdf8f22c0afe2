/** News for all pools of a process: the server behind their sessions does not take writes any more. */
export interface Moves {
  /** Calls back at each move; answers how to stop it. */
  follow(leave: (because: string) => void): () => void;
  tell(because: string): void;
}

/** While no server takes writes, each new session learns it again. */
const TELL_AT_MOST_EVERY_MS = 1000;

/**
 * After a switch-over the sessions that exist may stay on a server that can only read, and new ones reach the one that takes
 * writes. The first session that is refused a write tells the others, which would answer reads from old data for ever.
 */
export function makeMoves(): Moves {
  const followers = new Set<(because: string) => void>();
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    follow(leave) {
      followers.add(leave);
      return () => void followers.delete(leave);
    },
    tell(because) {
      if (performance.now() - toldAt < TELL_AT_MOST_EVERY_MS) return;
      toldAt = performance.now();
      for (const leave of [...followers]) leave(because);
    },
  };
}
