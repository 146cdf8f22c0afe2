/** Tells all pools of a process that the server behind their sessions does not accept writes any more. */
export interface Moves {
  /** Calls back at each move, and returns a function that stops it. */
  follow(leave: (because: string) => void): () => void;
  announce(because: string): void;
}

/** While no server accepts writes, each new session reports it again. */
const MIN_INTERVAL_MS = 1000;

/**
 * After a switch-over, existing sessions may stay on a read-only server, while new sessions reach the one that accepts
 * writes. The first session that is refused a write notifies the others, which would otherwise answer reads from old
 * data.
 */
export function makeMoves(): Moves {
  const followers = new Set<(because: string) => void>();
  let announcedAt = Number.NEGATIVE_INFINITY;
  return {
    follow(leave) {
      followers.add(leave);
      return () => void followers.delete(leave);
    },
    announce(because) {
      if (performance.now() - announcedAt < MIN_INTERVAL_MS) return;
      announcedAt = performance.now();
      for (const leave of [...followers]) leave(because);
    },
  };
}
