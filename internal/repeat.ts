export interface Repeating {
  /** Runs again as soon as possible instead of waiting out the interval. */
  wake(): void;
  /** Resolves when the running round has ended; none begins afterwards. May be called twice. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  /** Asked anew before each pause when it is a function. */
  readonly everyMs: number | (() => number);
  onError(error: unknown): void;
}

/** The shell of a loop: runs one round after another, never two at once. A round that answers true is followed at once. */
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
