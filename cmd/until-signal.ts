/** npm passes a Ctrl-C on that the terminal has already sent us: within this time two signals are one wish. */
const SAME_WISH_MS = 1000;

/** Resolves at the first SIGINT or SIGTERM. Whoever sends another one later does not want to wait: exit code 1. */
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
