/**
 * npm forwards a Ctrl-C that the terminal has already sent to this process: two signals within this time count as one.
 */
const SAME_WISH_MS = 1000;

/** Resolves at the first SIGINT or SIGTERM. A later signal ends the process at once, with exit code 1. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (name: NodeJS.Signals) => {
      if (firstAt !== undefined && performance.now() - firstAt > SAME_WISH_MS) process.exit(1);
      firstAt ??= performance.now();
      resolve(name);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
