/** The behaviour of a receiver on one of its ports. An unanswered request does not count as arrived. */
export type Conduct =
  | { readonly kind: 'well' }
  /** The port answers late. */
  | { readonly kind: 'slow'; readonly afterMs: number }
  /** The port accepts requests and never answers, until it is healed. */
  | { readonly kind: 'silent' }
  /** The port closes every connection, until it is healed. */
  | { readonly kind: 'dead' };

export interface Face {
  /** Calls `answer` when the conduct says so. */
  respond(answer: () => void): void;
  admits(): boolean;
  /** From now on, requests are answered at once, including those that wait. */
  heal(): void;
  /** From now on, the port follows its conduct again, as at its start. */
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
    respond(answer) {
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
