export interface Repeating {
  /** Runs again as soon as possible, without waiting for the end of the interval. */
  wake(): void;
  /** Resolves when the current round has ended; no other round begins afterwards. May be called twice. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  /** If it is a function, it is called before each pause. */
  readonly everyMs: number | (() => number);
  onError(error: unknown): void;
}

/**
 * Repeats `runOnce` and never runs two rounds at the same time. A round that resolves to true is followed by the next
 * one without a pause.
 */
export function repeat(runOnce: () => Promise<unknown>, options: RepeatOptions): Repeating {
  let stopped = false;
  let woken = false;
  let endPause: (() => void) | undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      const { everyMs } = options;
      const timer = setTimeout(resolve, typeof everyMs === 'function' ? everyMs() : everyMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const rounds = async () => {
    while (!stopped) {
      let again: unknown;
      woken = false;
      try {
        again = await runOnce();
      } catch (error) {
        options.onError(error);
      }
      if (again !== true && !woken && !stopped) await pause();
    }
  };

  const done = rounds();
  const wake = () => {
    woken = true;
    endPause?.();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      wake();
      await done;
    },
  };
}
