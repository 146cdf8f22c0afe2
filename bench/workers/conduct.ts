/** How a receiver behaves on one of its ports. What it has not answered has not arrived. */
export type Conduct =
  | { readonly kind: 'well' }
  /** Answers late. */
  | { readonly kind: 'slow'; readonly afterMs: number }
  /** Takes requests and never answers, until it is healed. */
  | { readonly kind: 'silent' }
  /** Closes every connection, until it is healed. */
  | { readonly kind: 'dead' };

export interface Face {
  /** Calls `answer` when the conduct says so. */
  take(answer: () => void): void;
  admits(): boolean;
  /** From now on all is well; what waits is answered. */
  heal(): void;
  /** From now on it behaves as its conduct says, as in the beginning. */
  sicken(): void;
}

export function makeFace(initial: Conduct): Face {
  let conduct = initial;
  const waiting = new Set<() => void>();
  const wait = (answer: () => void): (() => void) => {
    const once = () => {
      if (waiting.delete(once)) answer();
    };
    waiting.add(once);
    return once;
  };
  return {
    take(answer) {
      if (conduct.kind === 'silent') wait(answer);
      else if (conduct.kind === 'slow') setTimeout(wait(answer), conduct.afterMs);
      else answer();
    },
    admits: () => conduct.kind !== 'dead',
    heal() {
      conduct = { kind: 'well' };
      for (const answer of [...waiting]) answer();
    },
    sicken() {
      conduct = initial;
    },
  };
}
